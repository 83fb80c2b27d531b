//! What is checked of a request, in ESIA's order (`esia.md 13.1`, points 3 and 6).

mod consent;
mod secret;
mod values;

use chrono::{DateTime, Utc};

use crate::code::EsiaCode;
use crate::knobs::{Knobs, seconds};
use crate::parameters::Parameters;
use crate::refusal::Refusal;
use crate::scopes;
use crate::settings::Registered;

pub(crate) use secret::check_exchange_secret;
use values::{challenge, filter, lenient_base64};

/// Which pair of paths the request came by (`esia.md 2.2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// `/aas/oauth2/ac` and `/aas/oauth2/te`: detached CMS.
    Retired,
    /// `/aas/oauth2/v2/ac` and `/aas/oauth2/v3/te`: raw signature and certificate hash.
    Current,
}

/// Which accounts may sign in (`person_filter`, `esia.md 3.7`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Verified,
    Child,
    NotChild,
}

/// A checked authorisation request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// Exactly as it came: the token request must repeat it.
    pub(crate) scope: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) organization_scopes: Vec<String>,
    /// Exactly as it came: a UUID.
    pub(crate) state: String,
    pub(crate) offline: bool,
    pub(crate) filter: Option<Filter>,
    /// S256 challenge.
    pub(crate) challenge: Option<String>,
    /// Scopes of the digital profile's consents, if `permissions` came.
    pub(crate) permissions: Option<serde_json::Value>,
}

impl Asked {
    /// Scopes of the consents of the digital profile.
    pub(crate) fn permitted(&self) -> Vec<String> {
        self.permissions
            .as_ref()
            .map(consent::scopes_of)
            .unwrap_or_default()
    }

    /// All that the person is asked to hand over.
    pub(crate) fn covered(&self) -> Vec<String> {
        let own = self.scopes.iter().chain(&self.organization_scopes).cloned();
        own.chain(self.permitted()).collect()
    }
}

/// Finds the client and its return address: as long as these are in doubt, nothing is sent to the
/// client (`esia.md 4.2`).
pub(crate) fn trusted<'a>(
    clients: &'a [Registered],
    parameters: &Parameters,
) -> Result<&'a Registered, Refusal> {
    let client_id = single(parameters, "client_id")?;
    let client = clients
        .iter()
        .find(|client| client.mnemonic == client_id)
        .ok_or_else(|| {
            Refusal::new(
                EsiaCode::UnauthorizedClient,
                "no client is registered under client_id",
            )
        })?;
    let redirect_uri = single(parameters, "redirect_uri")?;
    if !client
        .redirect_uris
        .iter()
        .any(|known| known == redirect_uri)
    {
        return Err(Refusal::new(
            EsiaCode::UnknownRedirect,
            "redirect_uri is not among the registered addresses, compared exactly",
        ));
    }
    Ok(client)
}

fn single<'a>(parameters: &'a Parameters, name: &'static str) -> Result<&'a str, Refusal> {
    let value = parameters
        .filled(name)
        .ok_or_else(|| Refusal::missing(name))?;
    if parameters.is_repeated(name) {
        return Err(Refusal::new(
            EsiaCode::WrongParameter,
            format!("{name} occurs twice"),
        ));
    }
    Ok(value)
}

/// Checks an authorisation request of a client that [`trusted`] has found.
pub(crate) fn authorization(
    version: Version,
    client: &Registered,
    parameters: &Parameters,
    knobs: &Knobs,
    now: DateTime<Utc>,
) -> Result<Asked, Refusal> {
    enabled(client)?;
    let mandatory: &[&'static str] = match version {
        Version::Current => &["client_secret", "client_certificate_hash"],
        Version::Retired => &["client_secret"],
    };
    require(parameters, mandatory)?;
    require(
        parameters,
        &[
            "scope",
            "response_type",
            "state",
            "timestamp",
            "access_type",
        ],
    )?;
    not_repeated(parameters)?;
    if parameters.get("response_type") != Some("code") {
        return Err(Refusal::new(
            EsiaCode::UnsupportedResponseType,
            "response_type is not code",
        ));
    }
    let offline = match parameters.get("access_type") {
        Some("online") => false,
        Some("offline") => true,
        _ => return Err(wrong("access_type is neither online nor offline")),
    };
    let filter = parameters.filled("person_filter").map(filter).transpose()?;
    let challenge = challenge(parameters, knobs)?;
    state(parameters)?;
    time(parameters, knobs, now)?;
    let scope = parameters.get("scope").unwrap_or_default();
    let scopes = asked_scopes(scope, client)?;
    let organization_scopes = organization_scopes(parameters, client, knobs)?;
    let permissions = parameters
        .filled("permissions")
        .map(|encoded| consent::permissions(encoded, scope))
        .transpose()?;
    secret::check_authorization_secret(version, client, parameters, knobs, now)?;
    Ok(Asked {
        client_id: client.mnemonic.clone(),
        redirect_uri: parameters
            .get("redirect_uri")
            .unwrap_or_default()
            .to_owned(),
        scope: scope.to_owned(),
        scopes,
        organization_scopes,
        state: parameters.get("state").unwrap_or_default().to_owned(),
        offline,
        filter,
        challenge,
        permissions,
    })
}

/// What a token request wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    Code {
        code: String,
        verifier: Option<String>,
    },
    Refresh {
        token: String,
    },
    ClientCredentials,
}

/// A token request whose form, time and scopes are in order; its signature is checked by
/// [`check_exchange_secret`].
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: String,
}

/// Finds the client of a token request.
pub(crate) fn known<'a>(
    clients: &'a [Registered],
    parameters: &Parameters,
) -> Result<&'a Registered, Refusal> {
    let client_id = single(parameters, "client_id")?;
    let client = clients
        .iter()
        .find(|client| client.mnemonic == client_id)
        .ok_or_else(|| {
            Refusal::new(
                EsiaCode::UnauthorizedClient,
                "no client is registered under client_id",
            )
        })?;
    enabled(client)?;
    Ok(client)
}

/// Checks a token request up to its signature.
pub(crate) fn exchange(
    version: Version,
    client: &Registered,
    parameters: &Parameters,
    knobs: &Knobs,
    now: DateTime<Utc>,
) -> Result<Exchange, Refusal> {
    if version == Version::Current {
        require(parameters, &["client_secret", "client_certificate_hash"])?;
    }
    require(parameters, &["client_secret", "grant_type"])?;
    let grant = match parameters.get("grant_type") {
        Some("authorization_code") => {
            require(parameters, &["code"])?;
            Grant::Code {
                code: parameters.get("code").unwrap_or_default().to_owned(),
                verifier: parameters.filled("code_verifier").map(str::to_owned),
            }
        }
        Some("refresh_token") => {
            require(parameters, &["refresh_token"])?;
            Grant::Refresh {
                token: parameters
                    .get("refresh_token")
                    .unwrap_or_default()
                    .to_owned(),
            }
        }
        Some("client_credentials") => Grant::ClientCredentials,
        _ => {
            return Err(Refusal::new(
                EsiaCode::UnsupportedGrantType,
                "grant_type is unknown",
            ));
        }
    };
    require(
        parameters,
        &["scope", "state", "redirect_uri", "timestamp", "token_type"],
    )?;
    not_repeated(parameters)?;
    if !parameters
        .get("token_type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
    {
        return Err(wrong("token_type is not Bearer"));
    }
    state(parameters)?;
    time(parameters, knobs, now)?;
    let scope = parameters.get("scope").unwrap_or_default();
    asked_scopes(scope, client)?;
    organization_scopes(parameters, client, knobs)?;
    Ok(Exchange {
        grant,
        redirect_uri: parameters
            .get("redirect_uri")
            .unwrap_or_default()
            .to_owned(),
        scope: scope.to_owned(),
        state: parameters.get("state").unwrap_or_default().to_owned(),
    })
}

fn wrong(cause: &str) -> Refusal {
    Refusal::new(EsiaCode::WrongParameter, cause)
}

fn enabled(client: &Registered) -> Result<(), Refusal> {
    if client.enabled {
        Ok(())
    } else {
        Err(Refusal::new(
            EsiaCode::UnauthorizedClient,
            "the client is switched off here",
        ))
    }
}

fn require(parameters: &Parameters, names: &[&'static str]) -> Result<(), Refusal> {
    match names.iter().find(|name| parameters.filled(name).is_none()) {
        Some(name) => Err(Refusal::missing(name)),
        None => Ok(()),
    }
}

fn not_repeated(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.repeated() {
        Some(_) => Err(wrong("a parameter occurs twice")),
        None => Ok(()),
    }
}

fn state(parameters: &Parameters) -> Result<(), Refusal> {
    let state = parameters.get("state").unwrap_or_default();
    if state.len() == 36 && uuid::Uuid::try_parse(state).is_ok() {
        Ok(())
    } else {
        Err(wrong("state is no UUID (8-4-4-4-12 hex digits)"))
    }
}

fn time(parameters: &Parameters, knobs: &Knobs, now: DateTime<Utc>) -> Result<(), Refusal> {
    let text = parameters.get("timestamp").unwrap_or_default();
    let shape = |(place, octet): (usize, u8)| match place {
        4 | 7 => octet == b'.',
        10 | 19 => octet == b' ',
        13 | 16 => octet == b':',
        20 => octet == b'+' || octet == b'-',
        _ => octet.is_ascii_digit(),
    };
    let sound = text.len() == 25 && text.bytes().enumerate().all(shape);
    let time = DateTime::parse_from_str(text, "%Y.%m.%d %H:%M:%S %z")
        .ok()
        .filter(|_| sound);
    let Some(time) = time else {
        let plus = text.len() == 25 && text.as_bytes().get(20) == Some(&b' ');
        let cause = if plus {
            "timestamp has a blank for the sign of its zone: + was not sent as %2B"
        } else {
            "timestamp is not written as yyyy.MM.dd HH:mm:ss Z"
        };
        return Err(Refusal::new(EsiaCode::WrongTime, cause));
    };
    let off = time.with_timezone(&Utc) - now;
    if off.abs() > seconds(knobs.timestamp_window) {
        return Err(Refusal::new(
            EsiaCode::WrongTime,
            format!(
                "timestamp is {} s off the simulator's clock",
                off.num_seconds()
            ),
        ));
    }
    Ok(())
}

fn asked_scopes(scope: &str, client: &Registered) -> Result<Vec<String>, Refusal> {
    let asked = scopes::split(scope).ok_or_else(|| {
        Refusal::new(
            EsiaCode::WrongScope,
            "scope is no list of distinct words with single blanks",
        )
    })?;
    if !asked.iter().all(|scope| scopes::is_known(scope)) {
        return Err(Refusal::new(
            EsiaCode::WrongScope,
            "scope has a word that ESIA doesn't know",
        ));
    }
    if let Some(foreign) = asked
        .iter()
        .find(|scope| !client.scopes.iter().any(|own| own == scopes::name(scope)))
    {
        return Err(Refusal::new(
            EsiaCode::NoGrants,
            format!("the client was not granted {}", scopes::name(foreign)),
        ));
    }
    Ok(asked)
}

fn organization_scopes(
    parameters: &Parameters,
    client: &Registered,
    knobs: &Knobs,
) -> Result<Vec<String>, Refusal> {
    match parameters.get("scope_org") {
        None => Ok(Vec::new()),
        Some("") if knobs.empty_scope_org => Ok(Vec::new()),
        Some(scope) => asked_scopes(scope, client),
    }
}
