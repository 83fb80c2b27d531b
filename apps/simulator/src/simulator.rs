//! The simulator as one value: settings that don't change, and the state behind its mutex.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::control::Control;
use crate::keys::{Generation, KeyRing};
use crate::settings::{self, ControlToken, Registered, Settings, SettingsError};
use crate::state::State;

/// A simulated ESIA. Cheap to clone; all clones are one stand.
#[derive(Clone, Debug)]
pub struct Simulator(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    issuer: String,
    base_url: Option<String>,
    control_token: Option<ControlToken>,
    clients: Vec<Registered>,
    clock: Clock,
    state: Mutex<State>,
}

impl Simulator {
    /// Checks the settings and makes the keys.
    ///
    /// # Errors
    /// All that is wrong with the settings, at once.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let clients = settings::check(&settings)?;
        let keys = match &settings.keys {
            Some(material) => Generation::given(material),
            None => Generation::generate(1, settings.clock.now()),
        }
        .map_err(|error| SettingsError::one("keys", error))?;
        let state = State::new(settings.personas, settings.knobs, KeyRing::new(keys));
        Ok(Self(Arc::new(Inner {
            issuer: settings.issuer,
            base_url: settings.base_url,
            control_token: settings.control_token,
            clients,
            clock: settings.clock,
            state: Mutex::new(state),
        })))
    }

    /// Everything that the stand serves over HTTP.
    pub fn router(&self) -> axum::Router {
        crate::web::router(self.clone())
    }

    /// The stand's controls, for tests in the same process.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(self.clone())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of the stand: its clock and the offset set for it.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let offset = self.lock().offset;
        self.0.clock.now() + offset
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    pub(crate) fn base_url(&self) -> Option<&str> {
        self.0.base_url.as_deref()
    }

    pub(crate) fn control_token(&self) -> Option<&ControlToken> {
        self.0.control_token.as_ref()
    }

    pub(crate) fn clients(&self) -> &[Registered] {
        &self.0.clients
    }
}
