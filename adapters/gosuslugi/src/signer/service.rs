//! A signing service over HTTP: a certified means on another machine, or in another process of
//! this one (`gost.md` 6).

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use linking_http::{HttpTransport, TransportErrorKind};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::output;
use crate::{
    NetworkSettings, OutputEncoding, RawSigner, SignError, SignatureOrder,
    material::{self, Material, MaterialError},
};

/// How a message is written into a field of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageEncoding {
    /// Base64 with the standard alphabet.
    #[default]
    Base64,
    /// Hex digits.
    Hex,
    /// The text itself: what is signed is ASCII, but for signed attributes of a CMS.
    Text,
}

/// A signing service. It is asked with POST.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServiceSettings {
    /// Its address: `https`, or `http` to loopback.
    pub url: String,
    /// A file with the token that is sent as `Authorization: Bearer`; readable by its owner alone. Read
    /// at each signature, so that it can be changed while the program runs.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// A file with our TLS certificate and its key in PEM; readable by its owner alone.
    #[serde(default)]
    pub client_identity: Option<PathBuf>,
    /// The field of the request's JSON that holds the message; without it the message is the
    /// body.
    #[serde(default)]
    pub message_field: Option<String>,
    /// How the message stands in that field.
    #[serde(default)]
    pub message_encoding: MessageEncoding,
    /// Further fields of the request's JSON, for example which key is to sign.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The field of the answer's JSON that holds the signature; without it the body is the
    /// signature.
    #[serde(default)]
    pub signature_field: Option<String>,
    /// The field of the answer's JSON that names the certificate by its Streebog-256 fingerprint
    /// in hex: where it is given it must be that of client-certificate.
    #[serde(default)]
    pub certificate_field: Option<String>,
    /// How the signature is written.
    #[serde(default = "base64")]
    pub encoding: OutputEncoding,
    /// What the service gives.
    #[serde(default)]
    pub output: SignatureOrder,
    /// How it is called; 5,000 ms for a whole call and 16 calls at a time unless given.
    #[serde(default)]
    pub network: NetworkSettings,
}

const fn base64() -> OutputEncoding {
    OutputEncoding::Base64
}

impl ServiceSettings {
    /// A service that takes the message as the body and answers with the signature in base64.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token_file: None,
            client_identity: None,
            message_field: None,
            message_encoding: MessageEncoding::default(),
            fields: BTreeMap::new(),
            signature_field: None,
            certificate_field: None,
            encoding: base64(),
            output: SignatureOrder::default(),
            network: NetworkSettings::default(),
        }
    }
}

/// Asks a signing service for each signature. A lost connection is tried once more: signing twice
/// does no harm.
pub struct HttpSigner {
    settings: ServiceSettings,
    url: Url,
    transport: Arc<dyn HttpTransport>,
    /// The fingerprint that the service must name, if it names one.
    certificate_hash: String,
}

impl fmt::Debug for HttpSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSigner")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

impl HttpSigner {
    /// A signer over a transport that reaches the service; `certificate_hash` is the fingerprint
    /// of our certificate.
    #[must_use]
    pub fn new(
        settings: ServiceSettings,
        url: Url,
        transport: Arc<dyn HttpTransport>,
        certificate_hash: impl Into<String>,
    ) -> Self {
        Self {
            settings,
            url,
            transport,
            certificate_hash: certificate_hash.into(),
        }
    }

    async fn request(&self, message: &[u8]) -> Result<Request<Vec<u8>>, SignError> {
        let settings = &self.settings;
        let (kind, body) = match &settings.message_field {
            None => ("application/octet-stream", message.to_vec()),
            Some(field) => {
                let mut object: Map<String, Value> = settings
                    .fields
                    .iter()
                    .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                    .collect();
                object.insert(field.clone(), self.encoded(message)?.into());
                let body = Value::Object(object).to_string();
                ("application/json", body.into_bytes())
            }
        };
        let accept = if settings.signature_field.is_some() {
            "application/json"
        } else {
            "*/*"
        };
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.url.as_str())
            .header(header::CONTENT_TYPE, kind)
            .header(header::ACCEPT, accept)
            .body(body)
            .map_err(|_| SignError::Unavailable("url is no address".to_owned()))?;
        if let Some(path) = settings.token_file.clone() {
            let token = tokio::task::spawn_blocking(move || bearer(path)).await;
            let token = token.map_err(|_| SignError::Unavailable("shutting down".to_owned()))??;
            request.headers_mut().insert(header::AUTHORIZATION, token);
        }
        Ok(request)
    }

    fn encoded(&self, message: &[u8]) -> Result<String, SignError> {
        match self.settings.message_encoding {
            MessageEncoding::Base64 => Ok(STANDARD.encode(message)),
            MessageEncoding::Hex => Ok(hex::encode(message)),
            MessageEncoding::Text => String::from_utf8(message.to_vec()).map_err(|_| {
                let what = "what is to be signed is no text: set message-encoding to base64";
                SignError::Rejected(what.to_owned())
            }),
        }
    }

    fn read(&self, answer: Response<Vec<u8>>) -> Result<Vec<u8>, SignError> {
        match answer.status() {
            StatusCode::OK | StatusCode::CREATED => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(SignError::Denied),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(SignError::Away(status.as_u16()));
            }
            status => return Err(SignError::Rejected(format!("status {status}"))),
        }
        let settings = &self.settings;
        let body = answer.into_body();
        let (signature, certificate) =
            match (&settings.signature_field, &settings.certificate_field) {
                (None, _) => (body, None),
                (Some(field), certificate) => {
                    let answer: Value =
                        serde_json::from_slice(&body).map_err(|_| SignError::Answer("no JSON"))?;
                    let text = |name: &str| answer.get(name).and_then(Value::as_str);
                    let signature = text(field).ok_or(SignError::Answer("no signature-field"))?;
                    let named = match certificate {
                        Some(name) => {
                            Some(text(name).ok_or(SignError::Answer("no certificate-field"))?)
                        }
                        None => None,
                    };
                    (signature.as_bytes().to_vec(), named.map(str::to_owned))
                }
            };
        if certificate.is_some_and(|named| !named.eq_ignore_ascii_case(&self.certificate_hash)) {
            return Err(SignError::OtherCertificate);
        }
        output::signature(signature, settings.encoding, settings.output)
    }
}

/// The header with the token of a file.
fn bearer(path: PathBuf) -> Result<HeaderValue, SignError> {
    let unusable = || {
        let what = "token-file holds no token: one line of visible ASCII";
        SignError::Secret(MaterialError::Unusable(what.to_owned()))
    };
    let file = Material::Path(path);
    material::private(&file).map_err(SignError::Secret)?;
    let octets = file.read().map_err(SignError::Secret)?;
    let text = std::str::from_utf8(&octets).map_err(|_| unusable())?.trim();
    let sound = (1..=4096).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if !sound {
        return Err(unusable());
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether a file holds a usable token.
pub(crate) fn check_token(path: &std::path::Path) -> Result<(), SignError> {
    bearer(path.to_owned()).map(|_| ())
}

#[async_trait]
impl RawSigner for HttpSigner {
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let request = self.request(message).await?;
        let answer = match self.transport.send(request.clone()).await {
            Err(error) if error.kind() == TransportErrorKind::Connect => {
                self.transport.send(request).await
            }
            answer => answer,
        };
        self.read(answer?)
    }
}

#[cfg(test)]
mod tests;
