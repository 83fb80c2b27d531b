//! The port: two steps, glued from the pure parts.

mod answer;
mod clocks;
mod readiness;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use linking_core::{
    ports::{IdentityProvider, Randomness},
    provider::{
        AnswerIssuer, AssuranceLevel, Begin, CodeBinding, HttpsUrl, LegalKind, Manifest, Prompt,
        ProviderError, ProviderErrorKind, Resume, Step, SubjectStability, Switch, VouchedAttribute,
        Wanted,
    },
    secret::SecretText,
    time::Timestamp,
};
use linking_http::{Breaker, HttpClient, HttpTransport};
use linking_oidc::{AuthorizationRequest, CodeVerifier};
use uuid::Uuid;

use crate::{
    ClientSigner, CommandSigner, RawSigner, Settings, SettingsError, SettingsErrors, SoftKey,
    clock::LearnedOffset,
    request::{self, Signed},
    settings::{Checked, CheckedSigner},
    state::FlowState,
};

pub use readiness::Warning;

/// Госуслуги as an identity provider.
#[derive(Debug)]
pub struct Gosuslugi {
    manifest: Manifest,
    settings: Checked,
    signer: ClientSigner,
    transport: Arc<dyn HttpTransport>,
    random: Arc<dyn Randomness>,
    learned: LearnedOffset,
}

impl Gosuslugi {
    /// The adapter with its own HTTP client, behind a [`Breaker`]. [`linking_http::install_crypto_provider`] must have
    /// been called.
    ///
    /// # Errors
    /// Every setting that is wrong.
    pub fn new(settings: &Settings, random: Arc<dyn Randomness>) -> Result<Self, SettingsErrors> {
        let checked = Checked::of(settings)?;
        let client =
            HttpClient::new(checked.network.clone()).map_err(|error| one("network", &error))?;
        Self::assemble(checked, Arc::new(Breaker::new(Arc::new(client))), random)
    }

    /// The adapter over another transport.
    ///
    /// # Errors
    /// Every setting that is wrong.
    pub fn with_transport(
        settings: &Settings,
        transport: Arc<dyn HttpTransport>,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsErrors> {
        Self::assemble(Checked::of(settings)?, transport, random)
    }

    fn assemble(
        settings: Checked,
        transport: Arc<dyn HttpTransport>,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsErrors> {
        let raw: Arc<dyn RawSigner> = match &settings.signer {
            CheckedSigner::SoftKey(pem) => Arc::new(
                SoftKey::from_pem(pem, Arc::clone(&random))
                    .map_err(|error| one("signer.key", &error))?,
            ),
            CheckedSigner::Command(command) => Arc::new(CommandSigner::new(command.clone())),
        };
        Ok(Self {
            manifest: manifest(&settings)?,
            signer: ClientSigner::new(raw, settings.certificate.clone()),
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
        let secret = self
            .signer
            .client_secret(signed.text().as_bytes(), now)
            .await?;
        let extra = vec![
            ("timestamp", signed.timestamp.to_owned()),
            (
                "client_certificate_hash",
                self.signer.certificate_hash().to_owned(),
            ),
        ];
        Ok((secret, extra))
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
            endpoint: &request::endpoint(&settings.front, "/aas/oauth2/v2/ac"),
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

fn one(key: &'static str, error: &dyn fmt::Display) -> SettingsErrors {
    SettingsErrors(vec![SettingsError {
        key,
        problem: error.to_string(),
    }])
}

fn manifest(settings: &Checked) -> Result<Manifest, SettingsErrors> {
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
    Ok(Manifest {
        id: "gosuslugi".parse().map_err(|error| one("id", &error))?,
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
    })
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
