//! Connects the adapters that the settings name.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use linking_core::{
    ports::{IdentityProvider, Randomness},
    provider::{HttpsUrl, ProviderId},
    time::Timestamp,
    usecase::ConnectedProvider,
};
use linking_gosuslugi::{
    CertificateLife, Gosuslugi, Settings as GosuslugiSettings, SettingsErrors, Stand,
};
use linking_http::install_crypto_provider;
use thiserror::Error;

use crate::{
    metrics::{Counted, Metrics},
    settings::{Settings, gosuslugi_front},
    web::{origin::WebOrigin, state::ProviderSite},
};

/// An adapter could not be connected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// The adapter's settings.
    #[error("providers.{provider}: {errors}")]
    Settings {
        /// Which adapter.
        provider: ProviderId,
        /// Everything that is wrong.
        errors: SettingsErrors,
    },
    /// There is no consent text.
    #[error("consents.{provider}.version is missing")]
    Consent {
        /// For which adapter.
        provider: ProviderId,
    },
}

/// The connected adapters.
#[derive(Debug, Default)]
pub struct Connected {
    /// For the use cases.
    pub providers: BTreeMap<ProviderId, ConnectedProvider>,
    /// For the pages.
    pub sites: BTreeMap<ProviderId, ProviderSite>,
    gosuslugi: BTreeMap<ProviderId, Arc<Gosuslugi>>,
}

impl Connected {
    /// Connects every adapter that is configured. Nobody is called.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub fn of(settings: &Settings, random: &Arc<dyn Randomness>) -> Result<Self, ConnectError> {
        let mut connected = Self::default();
        for (id, own) in &settings.providers.gosuslugi {
            install_crypto_provider();
            let adapter = Gosuslugi::new(id, own, Arc::clone(random)).map_err(|errors| {
                ConnectError::Settings {
                    provider: id.clone(),
                    errors,
                }
            })?;
            let adapter = Arc::new(adapter);
            let consent = settings.consents.texts(id);
            let consent = consent.ok_or_else(|| ConnectError::Consent {
                provider: id.clone(),
            })?;
            connected.sites.insert(id.clone(), gosuslugi_site(own));
            let adapter_port: Arc<dyn IdentityProvider> = Arc::<Gosuslugi>::clone(&adapter);
            let provider = ConnectedProvider {
                adapter: adapter_port,
                consent,
            };
            connected.providers.insert(id.clone(), provider);
            connected.gosuslugi.insert(id.clone(), adapter);
        }
        Ok(connected)
    }

    /// How long the certificates of each adapter are still in force, as numbers.
    pub async fn certificates(&self, now: Timestamp) -> Vec<(ProviderId, CertificateLife)> {
        let mut all = Vec::new();
        for (id, adapter) in &self.gosuslugi {
            let lives = adapter.certificates(now).await;
            all.extend(lives.into_iter().map(|life| (id.clone(), life)));
        }
        all
    }

    /// The state of each adapter, for the operator: `ok`, or what it says of itself.
    pub async fn states(&self, now: Timestamp) -> BTreeMap<String, Vec<String>> {
        let mut states = BTreeMap::new();
        for (id, adapter) in &self.gosuslugi {
            let told = match adapter.ready(now).await {
                Ok(warnings) if warnings.is_empty() => vec!["ok".to_owned()],
                Ok(warnings) => warnings.iter().map(ToString::to_string).collect(),
                Err(error) => vec![error.to_string()],
            };
            states.insert(id.as_str().to_owned(), told);
        }
        states
    }

    /// Has the steps of every adapter counted.
    pub fn count(&mut self, metrics: &Arc<Metrics>) {
        for connected in self.providers.values_mut() {
            let adapter = Arc::clone(&connected.adapter);
            connected.adapter = Arc::new(Counted::new(adapter, Arc::clone(metrics)));
        }
    }

    /// Whether each adapter can work, for the operator's log: local sign-in goes on without it.
    /// Only what changed since the last look is told.
    pub async fn log_readiness(&self, now: Timestamp, told: &mut Told) {
        for (id, adapter) in &self.gosuslugi {
            let lines = match adapter.ready(now).await {
                Ok(warnings) => warnings
                    .into_iter()
                    .map(|warning| Line::Warning(warning.to_string()))
                    .collect(),
                Err(error) => BTreeSet::from([Line::Fault(error.to_string())]),
            };
            told.tell(id, lines);
        }
    }
}

/// What an adapter says of its own state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    /// It works, and will not for ever.
    Warning(String),
    /// It cannot work.
    Fault(String),
}

/// What the operator was told last.
#[derive(Debug, Default)]
pub struct Told(BTreeMap<ProviderId, BTreeSet<Line>>);

impl Told {
    /// Writes what is new, and what is over; gives the number of lines.
    fn tell(&mut self, provider: &ProviderId, lines: BTreeSet<Line>) -> usize {
        let mut written = 0;
        let before = self.0.remove(provider).unwrap_or_default();
        for line in lines.difference(&before) {
            written += 1;
            match line {
                Line::Warning(warning) => {
                    tracing::warn!(%provider, %warning, "see to this soon");
                }
                Line::Fault(error) => {
                    tracing::error!(%provider, %error, "sign-in through it cannot work");
                }
            }
        }
        for Line::Warning(what) | Line::Fault(what) in before.difference(&lines) {
            written += 1;
            tracing::info!(%provider, %what, "this is over");
        }
        self.0.insert(provider.clone(), lines);
        written
    }
}

fn gosuslugi_site(settings: &GosuslugiSettings) -> ProviderSite {
    let front: Option<HttpsUrl> = gosuslugi_front(settings).and_then(|base| base.parse().ok());
    let home = match settings.stand {
        Stand::Production => "https://www.gosuslugi.ru".parse().ok(),
        Stand::Demo | Stand::Test => front.clone(),
    };
    ProviderSite {
        origins: front.iter().filter_map(WebOrigin::of).collect(),
        home,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b5_the_operator_is_told_what_changed_and_nothing_twice() {
        let mut told = Told::default();
        let gosuslugi = "gosuslugi".parse().unwrap();
        let clock = || Line::Warning("the clocks differ".to_owned());
        let key = || Line::Fault("the key is gone".to_owned());
        assert_eq!(told.tell(&gosuslugi, BTreeSet::new()), 0);
        assert_eq!(told.tell(&gosuslugi, BTreeSet::from([clock()])), 1);
        assert_eq!(told.tell(&gosuslugi, BTreeSet::from([clock()])), 0);
        assert_eq!(told.tell(&gosuslugi, BTreeSet::from([key()])), 2);
        assert_eq!(told.tell(&gosuslugi, BTreeSet::new()), 1);
        assert_eq!(told.tell(&gosuslugi, BTreeSet::new()), 0);
    }
}
