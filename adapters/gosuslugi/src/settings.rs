//! Settings of the adapter, and what is wrong with them.

mod check;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use linking_core::provider::Switch;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use check::{Checked, KeySource, SignerSource};

use crate::{Material, OutputEncoding, ServiceSettings, SignatureOrder};

/// Which ESIA. Each stand brings addresses and issuers; the settings may name others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stand {
    /// A simulator on this machine: addresses and issuers must be given, `http` to loopback is
    /// allowed, a soft key too, PKCE is on.
    Demo,
    /// ESIA's test stand. A soft key is allowed, PKCE is on.
    Test,
    /// The real ESIA. Refuses soft keys; PKCE is off until it was seen to work there.
    Production,
}

impl Stand {
    /// The stand's own address; the simulator has none.
    #[must_use]
    pub const fn base(self) -> Option<&'static str> {
        match self {
            Self::Demo => None,
            Self::Test => Some("https://esia-portal1.test.gosuslugi.ru"),
            Self::Production => Some("https://esia.gosuslugi.ru"),
        }
    }

    /// `http` and a trailing slash are ESIA's own (`esia.md` 2.1). The test stand has also been
    /// seen to write the production issuer (5.3). The first one names the subjects.
    pub(crate) const fn issuers(self) -> &'static [&'static str] {
        match self {
            Self::Demo => &[],
            Self::Test => &[
                "http://esia-portal1.test.gosuslugi.ru/",
                "http://esia.gosuslugi.ru/",
            ],
            Self::Production => &["http://esia.gosuslugi.ru/"],
        }
    }

    pub(crate) const fn pkce(self) -> Switch {
        match self {
            Self::Demo | Self::Test => Switch::On,
            Self::Production => Switch::Off,
        }
    }
}

/// With which algorithm ESIA signs tokens for us: «алгоритм формирования подписи» on the tech
/// portal. It says nothing of how we sign requests (trap 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum TokenAlgorithm {
    /// RSA with SHA-256.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// GOST R 34.10-2012, 256 bits.
    #[serde(rename = "GOST3410_2012_256")]
    Gost,
}

/// The settings of the adapter, as a file has them. Keys are in kebab case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Which ESIA.
    pub stand: Stand,
    /// Our mnemonic, letter for letter as registered.
    pub client_id: String,
    /// Our callback address, letter for letter as registered, without a query.
    pub redirect_uri: String,
    /// The certificate that is bound to the mnemonic: PEM or DER.
    pub client_certificate: Material,
    /// What signs our requests.
    pub signer: SignerSettings,
    /// The key that follows it: signs when the first one's certificate is not in force, or its
    /// signatures do not fit that certificate any more (`threats.md` B10).
    #[serde(default)]
    pub next: Option<NextKey>,
    /// Which protocol is spoken; `v2` unless given.
    #[serde(default)]
    pub protocol: Protocol,
    /// With `v1`: whether the CMS has signed attributes; `off` unless given. ESIA takes both.
    #[serde(default)]
    pub signed_attributes: Option<Switch>,
    /// ESIA's certificates for tokens, present and next: files or folders, PEM or DER.
    pub token_certificates: Vec<Material>,
    /// With which algorithm ESIA signs tokens for us; `RS256` unless given.
    #[serde(default)]
    pub token_algorithm: TokenAlgorithm,
    /// Where browsers go; the stand's own unless given.
    #[serde(default)]
    pub front_base: Option<String>,
    /// Where we call, for example a GOST TLS gateway; as `front-base` unless given.
    #[serde(default)]
    pub back_base: Option<String>,
    /// Accepted `iss`; the stand's own unless given. The first one names the subjects and must
    /// not change while links exist (`threats.md` C3).
    #[serde(default)]
    pub issuers: Option<Vec<String>>,
    /// Scopes of every sign-in; `openid fullname birthdate snils` unless given. These four must be
    /// among them.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Scopes beside them when contacts are wanted; `contacts` unless given.
    #[serde(default)]
    pub contact_scopes: Option<Vec<String>>,
    /// PKCE; as the stand has it unless given.
    #[serde(default)]
    pub pkce: Option<Switch>,
    /// How far clocks may differ, 0 to 300 s; 60 unless given.
    #[serde(default)]
    pub clock_leeway_seconds: Option<u16>,
    /// How ESIA is called.
    #[serde(default)]
    pub network: NetworkSettings,
}

/// What signs our requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SignerSettings {
    /// A key in this process: stands and demo only.
    #[serde(rename_all = "kebab-case")]
    SoftKey {
        /// PKCS#8 in PEM; a file must be readable by its owner alone.
        key: Material,
    },
    /// An external command.
    Command(CommandSettings),
    /// A signing service over HTTP.
    Http(Box<ServiceSettings>),
}

/// Which of ESIA's two protocols is spoken (`esia.md` 2.2). Both give the same tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub enum Protocol {
    /// The older one: `/aas/oauth2/ac` and `/aas/oauth2/te`, requests signed with a detached CMS.
    #[serde(rename = "v1")]
    V1,
    /// The present one: `/aas/oauth2/v2/ac` and `/aas/oauth2/v3/te`, requests signed with a raw
    /// signature, and the certificate's fingerprint beside it.
    #[default]
    #[serde(rename = "v2")]
    V2,
}

/// The key that follows the present one. Its certificate has to be bound to the mnemonic too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NextKey {
    /// Its certificate.
    pub client_certificate: Material,
    /// What signs with it.
    pub signer: SignerSettings,
}

/// An external command that signs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandSettings {
    /// Program and arguments, no shell. `{in}` and `{out}` stand for files; without `{in}` the
    /// message goes to standard input, without `{out}` the signature comes from standard output.
    pub argv: Vec<String>,
    /// What the command gives.
    #[serde(default)]
    pub output: SignatureOrder,
    /// How it is written.
    #[serde(default = "binary")]
    pub encoding: OutputEncoding,
    /// Longest time in milliseconds, waiting for a place included; 5,000 unless given.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u32,
    /// Most commands at a time; 4 unless given.
    #[serde(default = "four")]
    pub at_most: u16,
    /// Added to the command's environment, for example `OPENSSL_CONF`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Where the private folders for files are made, best a tmpfs; the system's unless given.
    #[serde(default)]
    pub work_directory: Option<PathBuf>,
}

const fn binary() -> OutputEncoding {
    OutputEncoding::Binary
}

const fn five_seconds() -> u32 {
    5_000
}

const fn four() -> u16 {
    4
}

impl CommandSettings {
    /// A command with the usual limits.
    #[must_use]
    pub fn new(argv: impl IntoIterator<Item = String>) -> Self {
        Self {
            argv: argv.into_iter().collect(),
            output: SignatureOrder::default(),
            encoding: binary(),
            timeout_ms: five_seconds(),
            at_most: four(),
            environment: BTreeMap::new(),
            work_directory: None,
        }
    }

    pub(crate) fn reads_file(&self) -> bool {
        self.argv.iter().any(|word| word.contains("{in}"))
    }

    pub(crate) fn writes_file(&self) -> bool {
        self.argv.iter().any(|word| word.contains("{out}"))
    }
}

/// How ESIA is called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NetworkSettings {
    /// Root certificates for ESIA alone, beside the system's, for example the Russian Trusted
    /// Root CA.
    #[serde(default)]
    pub roots: Vec<Material>,
    /// A proxy for calls to ESIA: `http`, `https`, `socks5` or `socks5h`.
    #[serde(default)]
    pub proxy: Option<ProxyText>,
    /// Hosts (with port, if not 443) that may have private addresses: GOST TLS gateways.
    #[serde(default)]
    pub private_hosts: Vec<String>,
    /// Longest time to connect; 3,000 ms unless given.
    #[serde(default)]
    pub connect_timeout_ms: Option<u32>,
    /// Longest time for a whole call; 8,000 ms unless given.
    #[serde(default)]
    pub total_timeout_ms: Option<u32>,
    /// Most calls at a time; 64 unless given.
    #[serde(default)]
    pub max_in_flight: Option<u16>,
}

/// A proxy's address, which may hold a password: not printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ProxyText(pub String);

impl fmt::Debug for ProxyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[proxy]")
    }
}

impl Settings {
    /// Settings with the stand's defaults.
    #[must_use]
    pub fn new(
        stand: Stand,
        client_id: impl Into<String>,
        redirect_uri: impl Into<String>,
        client_certificate: Material,
        signer: SignerSettings,
        token_certificates: Vec<Material>,
    ) -> Self {
        Self {
            stand,
            client_id: client_id.into(),
            redirect_uri: redirect_uri.into(),
            client_certificate,
            signer,
            next: None,
            protocol: Protocol::default(),
            signed_attributes: None,
            token_certificates,
            token_algorithm: TokenAlgorithm::default(),
            front_base: None,
            back_base: None,
            issuers: None,
            scopes: None,
            contact_scopes: None,
            pkce: None,
            clock_leeway_seconds: None,
            network: NetworkSettings::default(),
        }
    }

    /// The accepted `iss`: what the settings say, else the stand's own.
    #[must_use]
    pub fn all_issuers(&self) -> Vec<&str> {
        match &self.issuers {
            Some(given) => given.iter().map(String::as_str).collect(),
            None => self.stand.issuers().to_vec(),
        }
    }

    /// Says all that is wrong, files included.
    ///
    /// # Errors
    /// Every key that is wrong, with what to do.
    pub fn check(&self) -> Result<(), SettingsErrors> {
        Checked::of(self).map(|_| ())
    }
}

/// One setting that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// Its key, for example `network.private-hosts`.
    pub key: String,
    /// What is wrong and what to do.
    pub problem: String,
}

/// All settings that are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SettingsErrors(pub Vec<SettingsError>);

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            write!(f, "{gap}{}: {}", error.key, error.problem)?;
        }
        Ok(())
    }
}
