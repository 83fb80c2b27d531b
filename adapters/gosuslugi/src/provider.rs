//! The port: two steps, glued from the pure parts.

mod answer;
mod clocks;
mod deadline;
mod readiness;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use linking_core::{
    ports::{IdentityProvider, Randomness},
    provider::{
        AnswerIssuer, AssuranceLevel, Begin, CodeBinding, HttpsUrl, LegalKind, Manifest, Prompt,
        ProviderError, ProviderErrorKind, ProviderId, Resume, Step, SubjectStability, Switch,
        VouchedAttribute, Wanted,
    },
    secret::SecretText,
    time::Timestamp,
};
use linking_http::{Breaker, HttpClient, HttpTransport};
use linking_oidc::{AuthorizationRequest, CodeVerifier};
use uuid::Uuid;

use crate::{
    Protocol, Settings, SettingsError, SettingsErrors,
    clock::LearnedOffset,
    own_keys::OwnKeys,
    request::{self, Signed},
    settings::Checked,
    state::FlowState,
};

pub use readiness::{CertificateLife, CertificateOf, Closeness, Warning};

/// Госуслуги as an identity provider.
#[derive(Debug)]
pub struct Gosuslugi {
    manifest: Manifest,
    settings: Checked,
    own: OwnKeys,
    transport: Arc<dyn HttpTransport>,
    random: Arc<dyn Randomness>,
    learned: LearnedOffset,
}

impl Gosuslugi {
    /// The adapter under a name of the installation (there may be several stands), with its own HTTP client
    /// behind a [`Breaker`]. [`linking_http::install_crypto_provider`] must have
    /// been called.
    ///
    /// # Errors
    /// Every setting that is wrong.
    pub fn new(
        id: &ProviderId,
        settings: &Settings,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsErrors> {
        let checked = Checked::of(settings)?;
        let client =
            HttpClient::new(checked.network.clone()).map_err(|error| one("network", &error))?;
        let transport = Arc::new(Breaker::new(Arc::new(client)));
        Self::assemble(id, checked, transport, random)
    }

    /// The adapter over another transport.
    ///
    /// # Errors
    /// Every setting that is wrong.
    pub fn with_transport(
        id: &ProviderId,
        settings: &Settings,
        transport: Arc<dyn HttpTransport>,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsErrors> {
        Self::assemble(id, Checked::of(settings)?, transport, random)
    }

    fn assemble(
        id: &ProviderId,
        mut settings: Checked,
        transport: Arc<dyn HttpTransport>,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsErrors> {
        let own = OwnKeys::load(std::mem::take(&mut settings.own), settings.form, &random)?;
        Ok(Self {
            manifest: manifest(id, &settings),
            own,
            settings,
            transport,
            random,
            learned: LearnedOffset::default(),
        })
    }

    fn scope(&self, wanted: Wanted) -> &str {
        match wanted.contacts {
            Switch::On => &self.settings.scope_with_contacts,
            Switch::Off => &self.settings.scope,
        }
    }

    /// A random UUID of version 4, as ESIA wants it.
    fn uuid(&self) -> Uuid {
        let mut octets = [0; 16];
        self.random.fill(&mut octets);
        uuid::Builder::from_random_bytes(octets).into_uuid()
    }

    /// Signs the parts of a request; gives the secret and the other parameters that go with it.
    async fn signed(
        &self,
        signed: &Signed<'_>,
        now: Timestamp,
    ) -> Result<(SecretText, Vec<(&'static str, String)>), ProviderError> {
        let protocol = self.settings.protocol;
        let text = signed.text(protocol);
        let made = self.own.client_secret(text.as_bytes(), now).await?;
        let mut extra = vec![("timestamp", signed.timestamp.to_owned())];
        match protocol {
            Protocol::V1 => {}
            Protocol::V2 => extra.push(("client_certificate_hash", made.certificate_hash)),
        }
        Ok((made.secret, extra))
    }

    async fn ask(&self, begin: &Begin) -> Result<Step, ProviderError> {
        let settings = &self.settings;
        let state = FlowState {
            state: begin.ticket.as_uuid(),
            verifier: settings
                .pkce
                .is_on()
                .then(|| CodeVerifier::draw(self.random.as_ref())),
            scope: self.scope(begin.wanted).to_owned(),
            contacts: begin.wanted.contacts,
            redirect_uri: settings.redirect_uri.clone(),
            protocol: settings.protocol,
            offset: self.learned.get(),
        };
        let signed = Signed {
            client_id: &settings.client_id,
            scope: &state.scope,
            timestamp: &request::timestamp(state.offset.theirs(begin.now)),
            state: state.state,
            redirect_uri: &state.redirect_uri,
            code: None,
        };
        let (secret, mut extra) = self.signed(&signed, begin.now).await?;
        extra.push(("access_type", "online".to_owned()));
        extra.push(("client_secret", secret.expose().to_owned()));
        let url = AuthorizationRequest {
            endpoint: &request::endpoint(&settings.front, settings.protocol.authorization_path()),
            client_id: &settings.client_id,
            redirect_uri: &state.redirect_uri,
            scope: &state.scope,
            state: &state.state.to_string(),
            verifier: state.verifier.as_ref(),
            extra,
        }
        .url()
        .map_err(|error| configuration(error.to_string()))?;
        let to = url
            .as_str()
            .parse()
            .map_err(|_| configuration("front-base is no address"))?;
        Ok(Step::Ask {
            prompt: Prompt::Redirect { to },
            state: state.write()?,
        })
    }
}

fn configuration(cause: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Configuration, cause)
}

fn one(key: &str, error: &dyn fmt::Display) -> SettingsErrors {
    SettingsErrors(vec![SettingsError {
        key: key.to_owned(),
        problem: error.to_string(),
    }])
}

fn manifest(id: &ProviderId, settings: &Checked) -> Manifest {
    let sure = vec![AssuranceLevel::Verified, AssuranceLevel::Child];
    let attributes = [
        VouchedAttribute::Name,
        VouchedAttribute::Snils,
        VouchedAttribute::BirthDate,
    ];
    let mut code_bindings = vec![CodeBinding::StateInCode];
    if settings.pkce.is_on() {
        code_bindings.push(CodeBinding::Pkce);
    }
    Manifest {
        id: id.clone(),
        issuer: settings.issuer.clone(),
        vouches: attributes
            .map(|attribute| (attribute, sure.clone()))
            .to_vec(),
        subjects: SubjectStability::Permanent,
        code_bindings,
        // ESIA sends none; one that comes all the same is looked at.
        answer_issuer: AnswerIssuer::NotPromised,
        forced_sign_in: Switch::Off,
        sign_out: Switch::On,
        legal_kind: LegalKind::State,
    }
}

#[async_trait]
impl IdentityProvider for Gosuslugi {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        self.ask(&begin).await
    }

    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError> {
        self.take(&resume).await
    }

    fn sign_out(&self, return_to: &HttpsUrl) -> Option<HttpsUrl> {
        request::sign_out(&self.settings.front, &self.settings.client_id, return_to)
    }
}

#[cfg(test)]
mod tests;
