//! Connects the adapters that the settings name.

use std::{collections::BTreeMap, sync::Arc};

use linking_core::{
    ports::{IdentityProvider, Randomness},
    provider::{HttpsUrl, ProviderId},
    time::Timestamp,
    usecase::ConnectedProvider,
};
use linking_gosuslugi::{Gosuslugi, Settings as GosuslugiSettings, SettingsErrors, Stand};
use linking_http::install_crypto_provider;
use thiserror::Error;

use crate::{
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
        provider: &'static str,
        /// Everything that is wrong.
        errors: SettingsErrors,
    },
    /// There is no consent text.
    #[error("consents.{provider}.version is missing")]
    Consent {
        /// For which adapter.
        provider: &'static str,
    },
}

/// The connected adapters.
#[derive(Debug, Default)]
pub struct Connected {
    /// For the use cases.
    pub providers: BTreeMap<ProviderId, ConnectedProvider>,
    /// For the pages.
    pub sites: BTreeMap<ProviderId, ProviderSite>,
    gosuslugi: Option<Arc<Gosuslugi>>,
}

impl Connected {
    /// Connects every adapter that is configured. Nobody is called.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub fn of(settings: &Settings, random: &Arc<dyn Randomness>) -> Result<Self, ConnectError> {
        let mut connected = Self::default();
        if let Some(own) = &settings.providers.gosuslugi {
            install_crypto_provider();
            let provider = "gosuslugi";
            let adapter = Gosuslugi::new(own, Arc::clone(random))
                .map_err(|errors| ConnectError::Settings { provider, errors })?;
            let adapter = Arc::new(adapter);
            let id = adapter.manifest().id.clone();
            let consent = settings.consents.current(&id);
            let consent = consent
                .ok_or(ConnectError::Consent { provider })?
                .text
                .clone();
            connected.sites.insert(id.clone(), gosuslugi_site(own));
            let adapter_port: Arc<dyn IdentityProvider> = Arc::<Gosuslugi>::clone(&adapter);
            let provider = ConnectedProvider {
                adapter: adapter_port,
                consent,
            };
            connected.providers.insert(id, provider);
            connected.gosuslugi = Some(adapter);
        }
        Ok(connected)
    }

    /// Whether each adapter can work, for the operator's log: local sign-in goes on without it.
    pub async fn log_readiness(&self, now: Timestamp) {
        let Some(gosuslugi) = &self.gosuslugi else {
            return;
        };
        match gosuslugi.ready(now).await {
            Ok(warnings) => {
                for warning in warnings {
                    tracing::warn!(provider = "gosuslugi", %warning, "see to this soon");
                }
            }
            Err(error) => {
                tracing::error!(provider = "gosuslugi", %error, "sign-in through it cannot work");
            }
        }
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
