//! Our own keys: the present one and the next, read anew while the program runs (`threats.md`
//! B10). What does not fit leaves the last good key in use.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::DateTime;
use linking_core::{ports::Randomness, secret::SecretText, time::Timestamp};
use linking_http::{Breaker, HttpClient, HttpTransport};

use crate::{
    ClientSigner, CommandSigner, HttpSigner, Material, RawSigner, SecretForm, SettingsError,
    SettingsErrors, SignError, SoftKey, material,
    settings::{KeySource, SignerSource},
};

/// What is signed to see whether a key works.
const SELF_TEST: &[u8] = b"svyazka: self-test of the signer";

/// A value of `client_secret` with the fingerprint of the certificate that it fits.
#[derive(Debug)]
pub(crate) struct ClientSecret {
    pub(crate) secret: SecretText,
    pub(crate) certificate_hash: String,
}

/// A key with where it comes from.
#[derive(Debug)]
struct OwnKey {
    certificate: Material,
    means: Means,
    form: SecretForm,
    current: RwLock<Arc<ClientSigner>>,
}

/// What signs, apart from the certificate.
#[derive(Debug)]
enum Means {
    SoftKey(Material, Arc<dyn Randomness>),
    Command(Arc<CommandSigner>),
    Service(Box<Service>),
}

#[derive(Debug)]
struct Service {
    settings: crate::ServiceSettings,
    url: url::Url,
    transport: Arc<dyn HttpTransport>,
}

/// What a look at a key showed.
#[derive(Debug)]
pub(crate) struct KeyState {
    /// The last second of its certificate.
    pub(crate) ends: Timestamp,
    /// Why it cannot sign now.
    pub(crate) fault: Option<SignError>,
    /// Why what the files hold now is not used.
    pub(crate) not_taken: Option<String>,
}

impl KeyState {
    /// Whether it signs, or will when its certificate begins to be in force.
    pub(crate) fn is_of_use(&self, now: Timestamp) -> bool {
        match &self.fault {
            None => true,
            Some(SignError::CertificateNotValid) => self.ends >= now,
            Some(_) => false,
        }
    }
}

/// Our keys, the present one first.
#[derive(Debug)]
pub(crate) struct OwnKeys(Vec<OwnKey>);

impl OwnKeys {
    pub(crate) fn load(
        sources: Vec<KeySource>,
        form: SecretForm,
        random: &Arc<dyn Randomness>,
    ) -> Result<Self, SettingsErrors> {
        let load = |(index, source)| {
            let table = if index == 0 { "" } else { "next." };
            OwnKey::load(source, form, random).map_err(|(key, problem)| {
                let key = format!("{table}{key}");
                SettingsErrors(vec![SettingsError { key, problem }])
            })
        };
        let keys: Result<Vec<OwnKey>, SettingsErrors> =
            sources.into_iter().enumerate().map(load).collect();
        keys.map(Self)
    }

    /// Signs with the first key that can. A key whose certificate is not in force, or whose
    /// signatures do not fit it any more, leaves it to the next.
    pub(crate) async fn client_secret(
        &self,
        message: &[u8],
        now: Timestamp,
    ) -> Result<ClientSecret, SignError> {
        let mut first = None;
        for key in &self.0 {
            let signer = key.signer();
            match signer.client_secret(message, now).await {
                Ok(secret) => {
                    return Ok(ClientSecret {
                        secret,
                        certificate_hash: signer.certificate_hash().to_owned(),
                    });
                }
                Err(error) if error.is_of_the_key() => {
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(first.unwrap_or(SignError::CertificateNotValid))
    }

    /// Reads the files anew, and tries every key.
    pub(crate) async fn look(&self, now: Timestamp) -> Vec<KeyState> {
        let mut states = Vec::new();
        for key in &self.0 {
            let not_taken = key.reload(now).await.err();
            let signer = key.signer();
            let tried = signer.client_secret(SELF_TEST, now).await;
            states.push(KeyState {
                ends: ends(&signer, now),
                fault: tried.err(),
                not_taken,
            });
        }
        states
    }

    /// The last second of each key's certificate.
    pub(crate) fn ends(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.0.iter().map(move |key| ends(&key.signer(), now))
    }
}

fn ends(signer: &ClientSigner, now: Timestamp) -> Timestamp {
    DateTime::from_timestamp(signer.certificate_ends(), 0).unwrap_or(now)
}

impl OwnKey {
    fn load(
        source: KeySource,
        form: SecretForm,
        random: &Arc<dyn Randomness>,
    ) -> Result<Self, (&'static str, String)> {
        let means = match source.signer {
            SignerSource::SoftKey(key) => Means::SoftKey(key, Arc::clone(random)),
            SignerSource::Command(command) => Means::Command(Arc::new(CommandSigner::new(command))),
            SignerSource::Service {
                settings,
                url,
                client,
            } => {
                let client = HttpClient::new(*client)
                    .map_err(|error| ("signer.network", error.to_string()))?;
                Means::Service(Box::new(Service {
                    settings: *settings,
                    url,
                    transport: Arc::new(Breaker::new(Arc::new(client))),
                }))
            }
        };
        let signer = read(&source.certificate, &means, form).map_err(|error| ("signer", error))?;
        Ok(Self {
            certificate: source.certificate,
            means,
            form,
            current: RwLock::new(Arc::new(signer)),
        })
    }

    fn signer(&self) -> Arc<ClientSigner> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what the files hold now, if it is something else and works.
    async fn reload(&self, now: Timestamp) -> Result<(), String> {
        // Two small files, once in a while: not worth a thread.
        let fresh = Arc::new(read(&self.certificate, &self.means, self.form)?);
        let same = fresh.certificate_hash() == self.signer().certificate_hash();
        // What signs outside of this process is looked at by the caller.
        if same && !matches!(self.means, Means::SoftKey(..)) {
            return Ok(());
        }
        match fresh.client_secret(SELF_TEST, now).await {
            Ok(_) => {}
            Err(SignError::CertificateNotValid) if same => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

/// Reads the files of a key.
fn read(certificate: &Material, means: &Means, form: SecretForm) -> Result<ClientSigner, String> {
    let certificate = material::certificate(certificate)?;
    let signer: Arc<dyn RawSigner> = match means {
        Means::SoftKey(key, random) => Arc::new(SoftKey::read(key, Arc::clone(random))?),
        Means::Command(command) => Arc::<CommandSigner>::clone(command),
        Means::Service(service) => Arc::new(HttpSigner::new(
            service.settings.clone(),
            service.url.clone(),
            Arc::clone(&service.transport),
            certificate.hash_hex(),
        )),
    };
    Ok(ClientSigner::new(signer, certificate, form))
}
