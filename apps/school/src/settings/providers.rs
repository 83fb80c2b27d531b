//! The settings of each provider's adapter, and whether they fit the profile (`threats.md` J1).

use std::collections::BTreeMap;

use config::Value;
use linking_core::provider::ProviderId;
use linking_gosuslugi::{Settings as GosuslugiSettings, Stand};
use url::Url;

use super::{Profile, PublicAddress, section::Section};

/// The settings of the adapters that are configured.
#[derive(Debug, Clone, Default)]
pub struct Providers {
    /// Stands of Госуслуги: `gosuslugi`, and further ones as `gosuslugi-…`.
    pub gosuslugi: BTreeMap<ProviderId, GosuslugiSettings>,
}

/// The kind of provider behind a name: which adapter speaks to it, and by which name pages call
/// it. Further stands of one kind are named `kind-…`.
#[must_use]
pub fn kind_of(provider: &ProviderId) -> &str {
    match provider.as_str().split_once('-') {
        Some(("gosuslugi", _)) => "gosuslugi",
        _ => provider.as_str(),
    }
}

/// Where the browser comes back to from a provider.
#[must_use]
pub fn callback_path(provider: &str) -> String {
    format!("/auth/{provider}/callback")
}

/// Where browsers go: what the settings say, else the stand's own address.
#[must_use]
pub fn gosuslugi_front(settings: &GosuslugiSettings) -> Option<&str> {
    settings
        .front_base
        .as_deref()
        .or_else(|| settings.stand.base())
}

pub(super) fn read(
    section: &mut Section<'_>,
    profile: Option<Profile>,
    address: Option<&PublicAddress>,
) -> Option<Providers> {
    let mut gosuslugi = BTreeMap::new();
    for name in section.keys() {
        let id = name.parse::<ProviderId>().ok();
        let Some(id) = id.filter(|id| kind_of(id) == "gosuslugi") else {
            continue;
        };
        if let Some(value) = section.take(&name) {
            let settings = read_gosuslugi(section, &id, value, address)?;
            let key = |key: &str| format!("{id}.{key}");
            // The profile's own check tells of a public address without TLS.
            let told = profile.is_some_and(|profile| !profile.is_demo())
                && address.is_none_or(|address| !address.is_https());
            if let Err(errors) = settings.check() {
                let errors = errors.0.into_iter();
                for error in errors.filter(|error| !told || error.key != "redirect-uri") {
                    section.problem(&key(&error.key), &error.problem);
                }
            }
            if let Some(profile) = profile {
                check_profile(section, &id, &settings, profile);
            }
            check_issuers(section, &id, &settings, &gosuslugi);
            gosuslugi.insert(id, settings);
        }
    }
    section.finish();
    Some(Providers { gosuslugi })
}

/// Two stands are two issuers: with one, an identity of the one would be the other's
/// (`threats.md` A10).
fn check_issuers(
    section: &Section<'_>,
    id: &ProviderId,
    settings: &GosuslugiSettings,
    others: &BTreeMap<ProviderId, GosuslugiSettings>,
) {
    let own = settings.all_issuers();
    for (other, known) in others {
        if known
            .all_issuers()
            .iter()
            .any(|issuer| own.contains(issuer))
        {
            let what = format!("providers.{other} has one of them: each stand needs its own");
            section.problem(&format!("{id}.issuers"), &what);
        }
    }
}

fn read_gosuslugi(
    section: &Section<'_>,
    id: &ProviderId,
    value: Value,
    address: Option<&PublicAddress>,
) -> Option<GosuslugiSettings> {
    let Ok(mut table) = value.into_table() else {
        section.problem(id.as_str(), "must be a table");
        return None;
    };
    // Without a sound public address all is refused; what else is wrong shall be told all the same.
    let origin = address.map_or_else(
        || "https://unknown.invalid".to_owned(),
        PublicAddress::origin,
    );
    let callback = format!("{origin}{}", callback_path(id.as_str()));
    let given = table.get("redirect-uri");
    let is_ours = |given: &Value| {
        given
            .clone()
            .into_string()
            .is_ok_and(|text| text == callback)
    };
    if given.is_some_and(|given| !is_ours(given)) {
        let what = format!("must be {callback}, as public-address makes it; or leave it out");
        section.problem(&format!("{id}.redirect-uri"), &what);
        return None;
    }
    table.insert("redirect-uri".to_owned(), Value::new(None, callback));
    let settings = serde_path_to_error::deserialize(Value::new(None, table));
    settings
        .map_err(|error| {
            let key = match error.path().to_string().as_str() {
                "." => id.to_string(),
                path => format!("{id}.{path}"),
            };
            section.problem(&key, &reason(error.inner()));
        })
        .ok()
}

/// What is wrong, without the value: it may be a secret in the wrong place.
fn reason(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::Type {
            expected,
            key: Some(key),
            ..
        } => {
            format!("has a key {key} that needs {expected}")
        }
        config::ConfigError::Type { expected, .. } => {
            format!("has a value that must be {expected}")
        }
        config::ConfigError::NotFound(key) => format!("lacks the key {key}"),
        config::ConfigError::At { error, .. } => reason(error),
        other => {
            let told = other.to_string();
            // Of serde's texts these two name keys alone; the others may repeat the value.
            if told.starts_with("unknown field") || told.starts_with("missing field") {
                told
            } else {
                "has a value that is none of those allowed".to_owned()
            }
        }
    }
}

fn check_profile(
    section: &Section<'_>,
    id: &ProviderId,
    settings: &GosuslugiSettings,
    profile: Profile,
) {
    let real = settings.stand == Stand::Production;
    if real != (profile == Profile::Production) {
        let what = "production and profile production go together: real people there, none else";
        section.problem(&format!("{id}.stand"), what);
    }
    let issuers = settings
        .issuers
        .iter()
        .flatten()
        .map(|issuer| ("issuers", issuer.as_str()));
    let bases = [
        ("front-base", &settings.front_base),
        ("back-base", &settings.back_base),
    ];
    let bases = bases
        .into_iter()
        .filter_map(|(key, base)| Some((key, base.as_deref()?)));
    for (key, text) in issuers.chain(bases) {
        let host = Url::parse(text)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        // What is no address at all has no host to trust either.
        let host = host.unwrap_or_else(|| text.to_owned());
        if let Err(what) = profile.check_provider_host(&host) {
            section.problem(&format!("{id}.{key}"), &what);
        }
    }
}
