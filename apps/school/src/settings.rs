//! What an installation is told at its start: preset → file → `SVYAZKA__…` variables, and secrets
//! as paths of files. Read once, checked whole: every error at once, with key and place
//! (`threats.md` J5). Nothing that guards has a default, and an empty list allows nothing.
//!
//! A variable names a key by its parts: `SVYAZKA__DATABASE__PATH` is `database.path`,
//! `SVYAZKA__PUBLIC_ADDRESS` is `public-address`. Lists are written with commas.

mod address;
mod consents;
mod database;
mod diary;
mod mail;
mod places;
mod policies;
mod preset;
mod problem;
mod profile;
mod providers;
mod section;
mod shared;
#[cfg(test)]
mod tests;
mod traces;

pub use address::{PublicAddress, TrustedProxies};
pub use consents::{ConsentDocument, Consents};
pub use database::{DatabaseSettings, PasswordFileError};
pub use diary::{Diary, DiaryWords, Logo};
pub use mail::{Mail, MailWay};
pub use preset::Preset;
pub use problem::{Problem, SettingsError};
pub use profile::Profile;
pub use providers::{Providers, callback_path, gosuslugi_front, kind_of};
pub use shared::SharedComputers;
pub use traces::Traces;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::{Path, PathBuf},
};

use config::{Config, Environment, File, FileFormat};
use linking_core::policy::{Policy, PolicyBook};
use linking_crypto::HashSettings;

use places::{NoToml, Places};
use problem::Problems;
use section::Section;

use crate::web::starts::USUAL_STARTS;

/// The prefix of variables that are settings.
const PREFIX: &str = "SVYAZKA__";

/// Where settings come from, besides the preset inside the program.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The deployment's file (TOML).
    pub file: Option<PathBuf>,
    /// Variables; those without the prefix `SVYAZKA__` are passed over.
    pub variables: BTreeMap<String, String>,
}

impl Sources {
    /// A file, and the variables of this process.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, variables }
    }

    /// The variables as the key paths that they name.
    fn paths(&self) -> config::Map<String, String> {
        self.variables
            .iter()
            .filter_map(|(name, value)| Some((key_of_variable(name)?, value.clone())))
            .collect()
    }

    /// Where a key stands.
    #[must_use]
    pub fn place_of(&self, key: &str) -> Option<String> {
        Places::of(self).ok()?.of_key(key)
    }

    /// What a key says, though the settings as a whole may be faulty: for a look at the file that
    /// it names.
    #[must_use]
    pub fn path_at(&self, key: &str) -> Option<PathBuf> {
        let problems = Problems::default();
        let root = layers(self, &problems)?;
        root.text_at(key).map(PathBuf::from)
    }
}

/// The key that a variable names; none without the prefix.
fn key_of_variable(name: &str) -> Option<String> {
    let parts: Vec<String> = name
        .strip_prefix(PREFIX)?
        .split("__")
        .map(|part| part.to_ascii_lowercase().replace('_', "-"))
        .collect();
    Some(parts.join("."))
}

/// The settings of an installation, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it runs, and so what it may trust.
    pub profile: Profile,
    /// The address that people type.
    pub public_address: PublicAddress,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Whose forwarded headers count.
    pub trusted_proxies: TrustedProxies,
    /// The diary's name and signs.
    pub diary: Diary,
    /// How letters go out; none do where it is absent.
    pub mail: Option<Mail>,
    /// Where the database is.
    pub database: DatabaseSettings,
    /// The file with the vault's keys.
    pub vault_keys: PathBuf,
    /// The list of what ended, kept apart from the database: beside its file, unless the settings
    /// say where; for PostgreSQL only where they do. It is played back after a restore
    /// (`threats.md` I9).
    pub ends: Option<PathBuf>,
    /// Where metrics and the details of readiness are told, if anywhere: this machine, or an
    /// inner network (`threats.md` J7).
    pub metrics: Option<SocketAddr>,
    /// Where traces of requests go, if anywhere.
    pub traces: Option<Traces>,
    /// How costly a password hash is, and how many may run and wait.
    pub hashes: HashSettings,
    /// What regions and organisations decided.
    pub policies: PolicyBook,
    /// Every policy in its whole, by the key that sets it: `policy`, `regions.sakhalin`, …
    pub effective_policies: BTreeMap<String, Policy>,
    /// SHA-256 in hex of the policies, to compare installations by their logs (J5).
    pub policy_digest: String,
    /// Our consent texts, by provider.
    pub consents: Consents,
    /// Which computers are shared without anybody's tick.
    pub shared_computers: SharedComputers,
    /// The adapters' own settings.
    pub providers: Providers,
    /// How many ways to a provider one network (an IPv4 address, an IPv6 /64) may begin in a
    /// minute (`threats.md` G18).
    pub starts_per_minute: NonZeroU32,
    /// The filter of the log, in the notation of `tracing-subscriber`'s `EnvFilter`.
    pub log: String,
}

impl Settings {
    /// Reads and checks all of it.
    ///
    /// # Errors
    /// Every problem, each with its key, its place, and what to do.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        let problems = Problems::default();
        let places = match Places::of(sources) {
            Ok(places) => places,
            Err(NoToml { place, what }) => {
                problems.add("the settings", &place, &what);
                return Err(problems.into_error(&Places::default()));
            }
        };
        let Some(root) = layers(sources, &problems) else {
            return Err(problems.into_error(&places));
        };
        let settings = read(root, &problems);
        match (settings, problems.is_empty()) {
            (Some(settings), true) => Ok(settings),
            _ => Err(problems.into_error(&places)),
        }
    }
}

/// Lays the sources over each other.
fn layers<'a>(sources: &Sources, problems: &'a Problems) -> Option<Section<'a>> {
    let own = |builder: config::ConfigBuilder<config::builder::DefaultState>| {
        let builder = match &sources.file {
            Some(path) => builder.add_source(File::from(path.clone()).format(FileFormat::Toml)),
            None => builder,
        };
        builder.add_source(
            Environment::default()
                .separator(".")
                .source(Some(sources.paths())),
        )
    };
    let unreadable = |error: config::ConfigError| {
        problems.add("the settings", "", &format!("cannot be read: {error}"));
    };
    let named = own(Config::builder()).build().map_err(unreadable).ok()?;
    let preset = Preset::named(named.get_string("preset").ok().as_deref(), problems)?;
    let preset = File::from_str(preset.text(), FileFormat::Toml);
    let whole = own(Config::builder().add_source(preset))
        .build()
        .map_err(unreadable)
        .ok()?;
    Some(Section::root(whole.cache, problems))
}

fn read(mut root: Section<'_>, problems: &Problems) -> Option<Settings> {
    root.skip("preset");
    let profile = root.word::<Profile>("profile");
    let public_address = root.required("public-address", |text| PublicAddress::parse(&text));
    let listen = root.required("listen", |text| {
        text.parse::<SocketAddr>()
            .map_err(|_| "needs an address and a port, as 127.0.0.1:8080".into())
    });
    let trusted_proxies = root.list("trusted-proxies", |text| {
        text.parse()
            .map_err(|_| "needs IP addresses, as 127.0.0.1 (an empty list trusts nobody)".into())
    });
    let diary = diary::read(&mut root.section("diary"));
    let name = diary.as_ref().map_or("", |diary| diary.name.as_str());
    // Absent, it sends nothing; a faulty one was told of.
    let mail = root
        .has("mail")
        .then(|| mail::read(&mut root.section("mail"), profile, name));
    let database = database::read(&mut root.section("database"));
    let mut ends_section = root.section("ends");
    let ends = ends_section.optional("file", path);
    ends_section.finish();
    let mut metrics_section = root.section("metrics");
    let metrics = metrics_section.optional("listen", |text| {
        text.parse::<SocketAddr>()
            .map_err(|_| "needs an address and a port, as 127.0.0.1:9464".into())
    });
    metrics_section.finish();
    let traces = root
        .has("traces")
        .then(|| traces::read(&mut root.section("traces")));
    let mut vault_section = root.section("vault");
    let vault_keys = vault_section.required("key-file", path);
    vault_section.finish();
    let hashes = read_hashes(&mut root);
    let starts_per_minute = read_starts(&mut root);
    let policies = policies::read(&mut root);
    let consents = consents::read(&mut root.section("consents"), diary.as_ref());
    let providers = providers::read(
        &mut root.section("providers"),
        profile,
        public_address.as_ref(),
    );
    let shared_computers = shared::read(&mut root.section("shared-computers"));
    let mut log_section = root.section("log");
    let log = log_section.required("level", Ok);
    log_section.finish();
    root.finish();

    if let (Some(profile), Some(address), Some(listen)) = (profile, &public_address, listen) {
        profile.check(address, listen, problems);
    }
    if let (Some(listen), Ok(Some(metrics))) = (listen, &metrics)
        && (listen.port() == metrics.port() && metrics.port() != 0)
    {
        let what = "must be another port than listen: strangers must not read metrics";
        problems.add("metrics.listen", "", what);
    }
    let policies = policies?;
    if let (Some(consents), Some(providers)) = (&consents, &providers) {
        policies.check_providers(consents, providers, problems);
    }
    Some(Settings {
        profile: profile?,
        public_address: public_address?,
        listen: listen?,
        trusted_proxies: TrustedProxies::new(trusted_proxies?),
        diary: diary?,
        mail: mail.map_or(Some(None), |mail| mail.map(Some))?,
        ends: ends.ok()?.or_else(|| database.as_ref()?.file().map(beside)),
        database: database?,
        vault_keys: vault_keys?,
        metrics: metrics.ok()?,
        traces: traces.map_or(Some(None), |traces| traces.map(Some))?,
        hashes: hashes?,
        starts_per_minute: starts_per_minute?,
        policy_digest: policies.digest(),
        policies: policies.book,
        effective_policies: policies.effective,
        consents: consents?,
        shared_computers: shared_computers?,
        providers: providers?,
        log: log?,
    })
}

/// The cost of a hash is the program's; how many run at once is the machine's.
fn read_hashes(root: &mut Section<'_>) -> Option<HashSettings> {
    let mut section = root.section("hash-pool");
    let usual = HashSettings::recommended();
    let number = |most: usize| {
        move |text: String| {
            let number = text
                .parse::<NonZeroUsize>()
                .ok()
                .filter(|number| number.get() <= most);
            number.ok_or_else(|| format!("needs a whole number from 1 to {most}"))
        }
    };
    let threads = section.optional("threads", number(64));
    let waiting = section.optional("waiting", number(10_000));
    section.finish();
    Some(HashSettings {
        threads: threads.ok()?.unwrap_or(usual.threads),
        waiting: waiting.ok()?.unwrap_or(usual.waiting),
        ..usual
    })
}

/// The list of ends beside a database file.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".ends");
    PathBuf::from(name)
}

/// A large school sits behind one address; a script begins more.
fn read_starts(root: &mut Section<'_>) -> Option<NonZeroU32> {
    let mut section = root.section("limits");
    let starts = section.optional("starts-per-minute", |text| {
        let number = text.parse::<NonZeroU32>().ok();
        number
            .filter(|number| number.get() <= 1_000_000)
            .ok_or_else(|| "needs a whole number from 1 to 1000000".into())
    });
    section.finish();
    Some(starts.ok()?.unwrap_or(USUAL_STARTS))
}

/// A path that is not empty.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the form of every reader of a value"
)]
fn path(text: String) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}
