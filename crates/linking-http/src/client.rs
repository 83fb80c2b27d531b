//! The real transport.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use async_trait::async_trait;
use http::header;
use thiserror::Error;
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    EgressRules, ForbiddenReason, HttpTransport, Resolver, SystemResolver, TransportError,
    TransportErrorKind, resolver::GuardedResolver,
};

/// Installs aws-lc-rs as the process's cryptography for TLS. Called once by a binary before it
/// makes its first [`HttpClient`]; later calls change nothing.
pub fn install_crypto_provider() {
    // An error says that one is installed already: then it stays.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Whose certificates are believed. Certificates are PEM, several in one text if need be.
#[derive(Debug, Clone)]
pub enum Roots {
    /// The system's, and these for this provider alone.
    SystemAnd(Vec<Vec<u8>>),
    /// These alone.
    Only(Vec<Vec<u8>>),
}

/// Why a text is no proxy address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected an address such as `http://proxy.local:3128` or `socks5h://proxy.local:1080`")]
pub struct ProxyUrlError;

/// The address of a proxy: `http`, `https`, `socks5` or `socks5h`, with user and password if
/// need be. With all but `socks5` it is the proxy that resolves the provider's name, so that the
/// address rules are the proxy's to hold.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Url);

impl FromStr for ProxyUrl {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, ProxyUrlError> {
        let url = Url::parse(text).map_err(|_| ProxyUrlError)?;
        let known = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h");
        if known && url.host_str().is_some() {
            Ok(Self(url))
        } else {
            Err(ProxyUrlError)
        }
    }
}

impl fmt::Debug for ProxyUrl {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ProxyUrl({}://{})",
            self.0.scheme(),
            self.0.host_str().unwrap_or_default()
        )
    }
}

/// Our own TLS certificate with its private key, for a peer that asks for one.
#[derive(Clone)]
pub struct ClientIdentity(reqwest::Identity);

impl ClientIdentity {
    /// An identity from PEM text that holds the certificate (with those above it, if need be) and
    /// its key.
    ///
    /// # Errors
    /// [`ClientError::Identity`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, ClientError> {
        reqwest::Identity::from_pem(pem)
            .map(Self)
            .map_err(|_| ClientError::Identity)
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[client identity]")
    }
}

/// How one provider is called.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Where to.
    pub egress: EgressRules,
    /// Whose certificates are believed.
    pub roots: Roots,
    /// Through which proxy; none of the environment is used.
    pub proxy: Option<ProxyUrl>,
    /// What we show to a peer that asks for a TLS certificate of ours.
    pub identity: Option<ClientIdentity>,
    /// Longest time to name look-up, connection and TLS together.
    pub connect_timeout: Duration,
    /// Longest time for the whole call, waiting for a free place included.
    pub total_timeout: Duration,
    /// Longest answer in bytes.
    pub max_body_bytes: usize,
    /// Most calls at a time; others wait within their time.
    pub max_in_flight: usize,
}

impl ClientSettings {
    /// The usual limits (`domain.md`, Numbers): 3 s, 8 s, 1 MiB, 64 calls; system roots, no
    /// proxy.
    #[must_use]
    pub fn new(egress: EgressRules) -> Self {
        Self {
            egress,
            roots: Roots::SystemAnd(Vec::new()),
            proxy: None,
            identity: None,
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(8),
            max_body_bytes: 1024 * 1024,
            max_in_flight: 64,
        }
    }
}

/// Why a client could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClientError {
    /// [`install_crypto_provider`] was not called.
    #[error("no cryptography is installed: call install_crypto_provider() first")]
    NoCryptoProvider,
    /// A root certificate does not parse.
    #[error("a root certificate is not PEM: {0}")]
    Root(String),
    /// Our own certificate and key were not taken.
    #[error("expected a certificate and its private key, both in PEM")]
    Identity,
    /// The proxy's address was not taken.
    #[error("the proxy's address was not taken")]
    Proxy,
    /// The rest, for example no certificates on this system.
    #[error("the client could not be made: {0}")]
    Other(String),
}

/// The transport of one provider. Cheap to clone; connections are kept alive and shared.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: reqwest::Client,
    rules: Arc<EgressRules>,
    places: Arc<Semaphore>,
    total_timeout: Duration,
    max_body_bytes: usize,
}

impl HttpClient {
    /// A client with the system's resolver.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// A client with a resolver of one's own.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn with_resolver(
        settings: ClientSettings,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, ClientError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(ClientError::NoCryptoProvider);
        }
        let ClientSettings {
            egress,
            roots,
            proxy,
            identity,
            ..
        } = settings;
        let rules = Arc::new(egress);
        let guarded = GuardedResolver {
            resolver,
            rules: Arc::clone(&rules),
            proxy_host: proxy
                .as_ref()
                .and_then(|proxy| proxy.0.host_str())
                .map(str::to_owned),
        };
        let builder = reqwest::Client::builder()
            .user_agent(concat!("svyazka/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .dns_resolver(guarded);
        let builder = match proxy {
            Some(ProxyUrl(url)) => {
                builder.proxy(reqwest::Proxy::all(url).map_err(|_| ClientError::Proxy)?)
            }
            None => builder,
        };
        let builder = match identity {
            Some(ClientIdentity(identity)) => builder.identity(identity),
            None => builder,
        };
        let builder = match roots {
            // Loading the system's store takes longer than all the rest: not for nothing.
            Roots::SystemAnd(more) if rules.is_loopback_only() => {
                builder.tls_certs_only(certificates(&more)?)
            }
            Roots::SystemAnd(more) => builder.tls_certs_merge(certificates(&more)?),
            Roots::Only(these) => builder.tls_certs_only(certificates(&these)?),
        };
        let client = builder
            .build()
            .map_err(|error| ClientError::Other(error.to_string()))?;
        Ok(Self {
            client,
            rules,
            places: Arc::new(Semaphore::new(settings.max_in_flight)),
            total_timeout: settings.total_timeout,
            max_body_bytes: settings.max_body_bytes,
        })
    }

    async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        self.judge(&request).map_err(TransportError::forbidden)?;
        let request = reqwest::Request::try_from(request)
            .map_err(|_| TransportError::forbidden(ForbiddenReason::Address))?;
        // Closed only with the client itself.
        let _place = self
            .places
            .acquire()
            .await
            .map_err(|_| TransportError::new(TransportErrorKind::Timeout))?;
        let answer = self
            .client
            .execute(request)
            .await
            .map_err(|error| TransportError::sort(&error))?;
        self.read(answer).await
    }

    /// Judges what will really be called: the request's address as the client reads it, which
    /// must be what stands there letter by letter.
    fn judge(&self, request: &http::Request<Vec<u8>>) -> Result<(), ForbiddenReason> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| ForbiddenReason::Address)?;
        if request.uri().host() != url.host_str() {
            return Err(ForbiddenReason::Address);
        }
        self.rules.judge(&url)
    }

    async fn read(
        &self,
        mut answer: reqwest::Response,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let too_large = || TransportError::new(TransportErrorKind::BodyTooLarge);
        let limit = u64::try_from(self.max_body_bytes).unwrap_or(u64::MAX);
        if answer.content_length().is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let plain = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !answer
            .headers()
            .get_all(header::CONTENT_ENCODING)
            .iter()
            .all(plain)
        {
            return Err(TransportError::new(TransportErrorKind::Protocol)
                .because("compressed though nothing compressed was asked for"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| TransportError::sort(&error))?
        {
            if body.len().saturating_add(chunk.len()) > self.max_body_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(whole)
    }
}

fn certificates(pem: &[Vec<u8>]) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let mut all = Vec::new();
    for bundle in pem {
        let found = reqwest::Certificate::from_pem_bundle(bundle)
            .map_err(|error| ClientError::Root(error.to_string()))?;
        if found.is_empty() {
            return Err(ClientError::Root("no certificate in it".to_owned()));
        }
        all.extend(found);
    }
    Ok(all)
}

#[async_trait]
impl HttpTransport for HttpClient {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let whole = tokio::time::timeout(self.total_timeout, self.exchange(request)).await;
        whole
            .unwrap_or_else(|_| Err(TransportError::new(TransportErrorKind::Timeout)))
            .map_err(|error| error.at(&host))
    }
}

#[cfg(test)]
mod tests;
