//! Turns settings into what the adapter works with, or into the list of all that is wrong.

mod own;

use std::{fmt, time::Duration};

use linking_core::provider::{HttpsUrl, Issuer, Switch};
use linking_http::{ClientSettings, EgressRules, HostRule, LoopbackHttp, ProxyUrl, Roots};
use linking_oidc::Leeway;
use url::Url;

use super::{NetworkSettings, Protocol, Settings, SettingsError, SettingsErrors, Stand};
use crate::{
    CommandSettings, Material, ServiceSettings, keys::TokenKeys, material, signer::SecretForm,
};

/// Settings that were checked, with the files read.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// Our key, and the one that follows it.
    pub(crate) own: Vec<KeySource>,
    pub(crate) form: SecretForm,
    pub(crate) protocol: Protocol,
    pub(crate) keys: TokenKeys,
    pub(crate) front: Url,
    pub(crate) back: Url,
    pub(crate) issuer: Issuer,
    pub(crate) issuers: Vec<Issuer>,
    pub(crate) scope: String,
    pub(crate) scope_with_contacts: String,
    pub(crate) pkce: Switch,
    pub(crate) leeway: Leeway,
    pub(crate) network: ClientSettings,
}

/// Where a key of ours comes from. Certificate and soft key are files that may be exchanged while
/// the program runs.
#[derive(Debug)]
pub(crate) struct KeySource {
    pub(crate) certificate: Material,
    pub(crate) signer: SignerSource,
}

/// What signs with a key, as the settings name it.
#[derive(Debug)]
pub(crate) enum SignerSource {
    SoftKey(Material),
    Command(CommandSettings),
    Service {
        settings: Box<ServiceSettings>,
        url: Url,
        client: Box<ClientSettings>,
    },
}

/// Collects what is wrong while checking goes on.
#[derive(Default)]
struct Problems {
    found: Vec<SettingsError>,
    /// Stands before each key: the table that is looked at.
    table: String,
}

impl Problems {
    fn add(&mut self, key: &str, problem: impl fmt::Display) {
        self.found.push(SettingsError {
            key: format!("{}{key}", self.table),
            problem: problem.to_string(),
        });
    }

    fn keep<T, E: fmt::Display>(&mut self, key: &str, found: Result<T, E>) -> Option<T> {
        found.map_err(|error| self.add(key, error)).ok()
    }

    /// Looks at a table within this one.
    fn within<T>(&mut self, table: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.table.clone();
        self.table.push_str(table);
        let found = look(self);
        self.table = outer;
        found
    }
}

/// The ID token, and what the manifest vouches for (`threats.md` E11). Asked unless others are given.
const NEEDED_SCOPES: [&str; 4] = ["openid", "fullname", "birthdate", "snils"];
const DEFAULT_CONTACT_SCOPES: [&str; 1] = ["contacts"];

impl Checked {
    pub(crate) fn of(settings: &Settings) -> Result<Self, SettingsErrors> {
        let mut problems = Problems::default();
        let found = Self::collect(settings, &mut problems);
        match found {
            Some(checked) if problems.found.is_empty() => Ok(checked),
            _ => Err(SettingsErrors(problems.found)),
        }
    }

    /// `None` only with at least one problem; each is found before the first `?`.
    fn collect(settings: &Settings, problems: &mut Problems) -> Option<Self> {
        let stand = settings.stand;
        if !is_client_id(&settings.client_id) {
            problems.add(
                "client-id",
                "expected the mnemonic: 1 to 64 letters, digits, _ or -",
            );
        }
        let redirect = problems.keep("redirect-uri", redirect(stand, &settings.redirect_uri));
        let mut own = vec![own::key_source(
            settings,
            &settings.client_certificate,
            &settings.signer,
            problems,
        )];
        if let Some(next) = &settings.next {
            own.push(problems.within("next.", |problems| {
                let (certificate, signer) = (&next.client_certificate, &next.signer);
                own::key_source(settings, certificate, signer, problems)
            }));
        }
        let form = own::form(settings, problems);
        if settings.protocol == Protocol::V1 && settings.pkce.is_some_and(Switch::is_on) {
            problems.add("pkce", "the older protocol has no PKCE: leave it out");
        }
        let keys = TokenKeys::load(settings.token_algorithm, &settings.token_certificates);
        let keys = problems.keep("token-certificates", keys);
        let front_text = settings.front_base.as_deref().or_else(|| stand.base());
        let front = base("front-base", stand, front_text, problems);
        let back_text = settings.back_base.as_deref().or(front_text);
        let back = base("back-base", stand, back_text, problems);
        let issuers = issuers(settings, problems);
        let scopes = scopes(settings, problems);
        let leeway = leeway(settings, problems);
        let loopback = match stand {
            Stand::Demo => LoopbackHttp::Allowed,
            Stand::Test | Stand::Production => LoopbackHttp::Refused,
        };
        let network = back.as_ref().map(|back| {
            problems.within("network.", |problems| {
                network(&settings.network, loopback, back, problems)
            })
        });
        let (scope, scope_with_contacts) = scopes?;
        let issuers = issuers?;
        Some(Self {
            client_id: settings.client_id.clone(),
            redirect_uri: redirect?,
            own: own.into_iter().collect::<Option<_>>()?,
            form: form?,
            protocol: settings.protocol,
            keys: keys?,
            front: front?,
            back: back?,
            issuer: issuers.first()?.clone(),
            issuers,
            scope,
            scope_with_contacts,
            pkce: match settings.protocol {
                Protocol::V1 => Switch::Off,
                Protocol::V2 => settings.pkce.unwrap_or_else(|| stand.pkce()),
            },
            leeway: leeway?,
            network: network?,
        })
    }
}

fn is_client_id(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// An address of ours or of ESIA: https, in the demo http to loopback too.
fn address(stand: Stand, text: &str) -> Result<Url, String> {
    let what = "expected an https address";
    let loopback = "http is for loopback in the demo alone: use https";
    text.parse::<HttpsUrl>()
        .map_err(|error| format!("{what}: {error}"))?;
    let url = Url::parse(text).map_err(|error| format!("{what}: {error}"))?;
    match (url.scheme(), stand) {
        ("https", _) | (_, Stand::Demo) => {}
        (_, Stand::Test | Stand::Production) => return Err(loopback.to_owned()),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the address must have no query and no fragment".to_owned());
    }
    Ok(url)
}

fn redirect(stand: Stand, text: &str) -> Result<String, String> {
    address(stand, text).map(|_| text.to_owned())
}

fn base(
    key: &'static str,
    stand: Stand,
    text: Option<&str>,
    problems: &mut Problems,
) -> Option<Url> {
    let Some(text) = text else {
        problems.add(
            key,
            "the demo has no address of its own: give the simulator's",
        );
        return None;
    };
    let url = problems.keep(key, address(stand, text))?;
    if url.path() == "/" {
        Some(url)
    } else {
        problems.add(key, "expected scheme, host and port alone, without a path");
        None
    }
}

fn issuers(settings: &Settings, problems: &mut Problems) -> Option<Vec<Issuer>> {
    let texts = settings.all_issuers();
    if texts.is_empty() {
        problems.add(
            "issuers",
            "expected at least one, for example `http://esia.stand.test/`",
        );
        return None;
    }
    let parsed: Vec<_> = texts
        .iter()
        .map(|text| problems.keep("issuers", text.parse()))
        .collect();
    parsed.into_iter().collect()
}

fn scopes(settings: &Settings, problems: &mut Problems) -> Option<(String, String)> {
    let list = |given: &Option<Vec<String>>, own: &[&str]| -> Vec<String> {
        given
            .clone()
            .unwrap_or_else(|| own.iter().map(|&scope| scope.to_owned()).collect())
    };
    let scopes = list(&settings.scopes, &NEEDED_SCOPES);
    let contacts = list(&settings.contact_scopes, &DEFAULT_CONTACT_SCOPES);
    let mut sound = true;
    for (key, list) in [("scopes", &scopes), ("contact-scopes", &contacts)] {
        let allowed = |scope: &String| {
            !scope.is_empty()
                && scope
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if !list.iter().all(allowed) {
            problems.add(key, "a scope is letters, digits and underscores");
            sound = false;
        }
    }
    let absent: Vec<&str> = NEEDED_SCOPES
        .into_iter()
        .filter(|needed| !scopes.iter().any(|scope| scope == needed))
        .collect();
    if !absent.is_empty() {
        let what = absent.join(", ");
        problems.add(
            "scopes",
            format_args!("must hold {what}: without them nobody can be told from another"),
        );
        sound = false;
    }
    let more: Vec<&String> = contacts
        .iter()
        .filter(|scope| !scopes.contains(scope))
        .collect();
    let all: Vec<&str> = scopes.iter().chain(more).map(String::as_str).collect();
    sound.then(|| (scopes.join(" "), all.join(" ")))
}

fn leeway(settings: &Settings, problems: &mut Problems) -> Option<Leeway> {
    match settings.clock_leeway_seconds {
        None => Some(Leeway::default()),
        Some(seconds) => {
            let leeway = Leeway::from_seconds(seconds);
            if leeway.is_none() {
                problems.add("clock-leeway-seconds", "expected 0 to 300");
            }
            leeway
        }
    }
}

fn network(
    settings: &NetworkSettings,
    loopback: LoopbackHttp,
    to: &Url,
    problems: &mut Problems,
) -> ClientSettings {
    let private: Vec<HostRule> = settings
        .private_hosts
        .iter()
        .filter_map(|host| problems.keep("private-hosts", host.parse()))
        .collect();
    let egress = EgressRules::new(HostRule::of(to))
        .with_private_hosts(private)
        .with_loopback_http(loopback);
    let mut client = ClientSettings::new(egress);
    let roots = settings.roots.iter().map(root);
    client.roots = Roots::SystemAnd(
        roots
            .filter_map(|root| problems.keep("roots", root))
            .collect(),
    );
    if let Some(proxy) = &settings.proxy {
        client.proxy = problems.keep::<ProxyUrl, _>("proxy", proxy.0.parse());
    }
    if let Some(places) = settings.max_in_flight {
        client.max_in_flight = usize::from(places);
    }
    let spans = [
        (
            "connect-timeout-ms",
            settings.connect_timeout_ms,
            &mut client.connect_timeout,
        ),
        (
            "total-timeout-ms",
            settings.total_timeout_ms,
            &mut client.total_timeout,
        ),
    ];
    for (key, given, span) in spans {
        match given {
            Some(0) => problems.add(key, "expected at least 1"),
            Some(ms) => *span = Duration::from_millis(u64::from(ms)),
            None => {}
        }
    }
    if client.max_in_flight == 0 {
        problems.add("max-in-flight", "expected at least 1");
    }
    client
}

/// A root certificate, or several, in PEM.
fn root(material: &Material) -> Result<Vec<u8>, String> {
    let octets = material.read().map_err(|error| error.to_string())?;
    if std::str::from_utf8(&octets).is_err() {
        return Err(format!("{material:?} is not PEM: convert it"));
    }
    material::certificates(&octets, &format!("{material:?}")).map_err(|error| error.to_string())?;
    Ok(octets)
}

#[cfg(test)]
mod tests;
