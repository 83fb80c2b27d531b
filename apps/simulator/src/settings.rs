//! What the simulator is given at its start: clients, people, keys, clock and knobs.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Clock;
use crate::gost::ClientCertificate;
use crate::knobs::Knobs;
use crate::person::Persona;
use crate::{personas, scopes};

/// The issuer of tokens unless set otherwise: http and a trailing slash, as ESIA has it (`esia.md
/// 12`, trap 17), under a name that no real stand has.
pub const ISSUER: &str = "http://esia.stand.test/";

/// Which algorithm signs the tokens for one client («алгоритм формирования подписи», `esia.md 5.4`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenAlgorithm {
    /// RSA with SHA-256.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// GOST R 34.10-2012 with 256 bits.
    #[serde(rename = "GOST3410_2012_256")]
    Gost,
}

impl TokenAlgorithm {
    /// The name in a token's header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Gost => "GOST3410_2012_256",
        }
    }
}

/// One registered information system.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Client {
    /// `client_id`, compared exactly.
    pub mnemonic: String,
    /// The name that people see on the consent screen.
    pub name: String,
    /// Return addresses, compared exactly.
    pub redirect_uris: Vec<String>,
    /// Domains to which sign-out may return.
    #[serde(default)]
    pub logout_domains: Vec<String>,
    /// Certificates of the client, PEM; in a file, paths beside that file.
    pub certificates: Vec<String>,
    /// Scopes that the client may ask for; [`DIARY_SCOPES`](crate::DIARY_SCOPES) unless given.
    #[serde(default = "scopes::for_a_diary")]
    pub scopes: Vec<String>,
    /// How tokens for it are signed.
    #[serde(default)]
    pub algorithm: TokenAlgorithm,
    /// Switched on in this environment.
    #[serde(default = "on")]
    pub enabled: bool,
}

fn on() -> bool {
    true
}

impl Client {
    /// A client with one return address and one certificate (PEM), the scopes of a diary, and
    /// tokens by RS256.
    #[must_use]
    pub fn new(mnemonic: &str, name: &str, redirect_uri: &str, certificate: &str) -> Self {
        Self {
            mnemonic: mnemonic.to_owned(),
            name: name.to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
            logout_domains: Url::parse(redirect_uri)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .into_iter()
                .collect(),
            certificates: vec![certificate.to_owned()],
            scopes: scopes::for_a_diary(),
            algorithm: TokenAlgorithm::default(),
            enabled: true,
        }
    }
}

/// Keys with which the simulator signs tokens, as PEM (keys in PKCS#8).
#[derive(Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct KeyMaterial {
    pub rsa_key: String,
    pub rsa_certificate: String,
    pub gost_key: String,
    pub gost_certificate: String,
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyMaterial(…)")
    }
}

/// The secret that opens `/control`; at least 16 characters.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ControlToken(pub String);

impl fmt::Debug for ControlToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ControlToken(…)")
    }
}

/// Everything that the simulator is given.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `iss` of the tokens.
    pub issuer: String,
    /// The address that people and clients reach the simulator by; it stands in the URLs of
    /// collections. `None`: taken from each request's `Host`.
    pub base_url: Option<String>,
    /// Registered clients.
    pub clients: Vec<Client>,
    /// People with an account.
    pub personas: Vec<Persona>,
    /// First keys; `None`: made anew.
    pub keys: Option<KeyMaterial>,
    /// Opens `/control`; `None`: there is no such path.
    pub control_token: Option<ControlToken>,
    /// Facts that are not confirmed, and switches.
    pub knobs: Knobs,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Settings {
    /// The built-in people, the default knobs, keys made anew.
    #[must_use]
    pub fn new(clients: Vec<Client>) -> Self {
        Self {
            issuer: ISSUER.to_owned(),
            base_url: None,
            clients,
            personas: personas::all(),
            keys: None,
            control_token: None,
            knobs: Knobs::default(),
            clock: Clock::system(),
        }
    }

    /// Reads the binary's settings; certificates are files relative to `folder`.
    pub fn from_toml(text: &str, folder: &Path) -> Result<(String, Self), SettingsError> {
        let file: SettingsFile = toml::from_str(text).map_err(|error| {
            SettingsError::one("the file", format!("is not understood: {error}"))
        })?;
        let mut problems = Vec::new();
        let mut settings = Self::new(file.clients);
        for client in &mut settings.clients {
            for certificate in &mut client.certificates {
                match std::fs::read_to_string(folder.join(&*certificate)) {
                    Ok(pem) => *certificate = pem,
                    Err(error) => problems.push(Problem {
                        key: format!("clients.{}.certificates", client.mnemonic),
                        what: format!("«{certificate}» can't be read: {error}"),
                    }),
                }
            }
        }
        if !problems.is_empty() {
            return Err(SettingsError { problems });
        }
        if !file.builtin_people {
            settings.personas.clear();
        }
        settings.personas.extend(file.people);
        if let Some(issuer) = file.issuer {
            settings.issuer = issuer;
        }
        settings.base_url = file.base_url;
        settings.control_token = file.control_token;
        settings.knobs = file.knobs;
        Ok((file.listen, settings))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SettingsFile {
    listen: String,
    issuer: Option<String>,
    base_url: Option<String>,
    control_token: Option<ControlToken>,
    #[serde(default = "on")]
    builtin_people: bool,
    #[serde(default)]
    people: Vec<Persona>,
    clients: Vec<Client>,
    #[serde(default)]
    knobs: Knobs,
}

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which setting.
    pub key: String,
    /// What is wrong, and what to do.
    pub what: String,
}

/// The settings can't be used; all that is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// In the order of the settings.
    pub problems: Vec<Problem>,
}

impl SettingsError {
    pub(crate) fn one(key: &str, what: impl fmt::Display) -> Self {
        Self {
            problems: vec![Problem {
                key: key.to_owned(),
                what: what.to_string(),
            }],
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the simulator's settings can't be used:")?;
        for problem in &self.problems {
            write!(f, "\n  {}: {}", problem.key, problem.what)?;
        }
        Ok(())
    }
}

/// A client whose settings were checked.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) mnemonic: String,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) logout_domains: Vec<String>,
    pub(crate) certificates: Vec<ClientCertificate>,
    pub(crate) scopes: Vec<String>,
    pub(crate) algorithm: TokenAlgorithm,
    pub(crate) enabled: bool,
}

/// Checks the settings, and gives the clients in their checked form.
pub(crate) fn check(settings: &Settings) -> Result<Vec<Registered>, SettingsError> {
    let mut problems = Vec::new();
    let mut wrong = |key: String, what: String| problems.push(Problem { key, what });
    if Url::parse(&settings.issuer).is_err() {
        wrong(
            "issuer".to_owned(),
            "is no address; write it like http://esia.stand.test/".to_owned(),
        );
    }
    if settings
        .base_url
        .as_deref()
        .is_some_and(|base| Url::parse(base).is_err())
    {
        wrong(
            "base-url".to_owned(),
            "is no address; write it like http://127.0.0.1:8091".to_owned(),
        );
    }
    if settings
        .control_token
        .as_ref()
        .is_some_and(|token| token.0.len() < 16)
    {
        wrong(
            "control-token".to_owned(),
            "is shorter than 16 characters".to_owned(),
        );
    }
    for (index, person) in settings.personas.iter().enumerate() {
        let others = settings.personas.iter().take(index);
        if others
            .clone()
            .any(|other| other.oid == person.oid || other.id == person.id)
        {
            wrong(
                format!("people.{}", person.id),
                "has the id or oid of another person".to_owned(),
            );
        }
    }
    let mut clients: Vec<Registered> = Vec::new();
    for client in &settings.clients {
        let key = |part: &str| format!("clients.{}.{part}", client.mnemonic);
        if client.mnemonic.is_empty() || client.mnemonic.chars().any(char::is_whitespace) {
            wrong(key("mnemonic"), "is empty or has blanks".to_owned());
        }
        if clients
            .iter()
            .any(|other| other.mnemonic == client.mnemonic)
        {
            wrong(key("mnemonic"), "stands twice".to_owned());
        }
        if client.redirect_uris.is_empty() {
            wrong(
                key("redirect-uris"),
                "is empty; give at least one address".to_owned(),
            );
        }
        for address in &client.redirect_uris {
            if Url::parse(address).is_err() {
                wrong(key("redirect-uris"), format!("«{address}» is no address"));
            }
        }
        for scope in &client.scopes {
            if !scopes::is_known(scope) {
                wrong(key("scopes"), format!("«{scope}» is no scope of ESIA"));
            }
        }
        let mut certificates = Vec::new();
        for pem in &client.certificates {
            match ClientCertificate::from_pem(pem) {
                Ok(certificate) => certificates.push(certificate),
                Err(error) => wrong(key("certificates"), error.to_string()),
            }
        }
        clients.push(Registered {
            mnemonic: client.mnemonic.clone(),
            name: client.name.clone(),
            redirect_uris: client.redirect_uris.clone(),
            logout_domains: client.logout_domains.clone(),
            certificates,
            scopes: client.scopes.clone(),
            algorithm: client.algorithm,
            enabled: client.enabled,
        });
    }
    if problems.is_empty() {
        Ok(clients)
    } else {
        Err(SettingsError { problems })
    }
}
