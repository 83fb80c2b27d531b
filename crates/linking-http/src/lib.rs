//! The one outgoing HTTP client of the adapters.
//!
//! An adapter speaks to its provider through [`HttpTransport`] and nothing else. The real
//! transport is [`HttpClient`]; [`CannedTransport`] answers from a script in tests.
//!
//! What every call is held to (`threats.md` G12, I1, I2; `architecture.md`, On this ground):
//!
//! * only the hosts of the provider's own settings, each with its port, written plainly;
//! * `https`, but for loopback in demo and tests;
//! * a name is resolved once, every address of the answer is judged, and the connection goes to
//!   one of those addresses; private addresses only for hosts that the operator lists;
//! * redirects are handed back, never followed; nothing is asked for or read compressed;
//! * 3 s to connect, 8 s for the whole, a limit on the body, a limit on calls at a time;
//! * [`Breaker`]: while the provider is away nobody waits for it.

mod address;
mod breaker;
mod canned;
mod client;
mod egress;
mod error;
mod resolver;

use async_trait::async_trait;

pub use address::AddressKind;
pub use breaker::Breaker;
pub use canned::CannedTransport;
pub use client::{
    ClientError, ClientIdentity, ClientSettings, HttpClient, ProxyUrl, ProxyUrlError, Roots,
    install_crypto_provider,
};
pub use egress::{EgressRules, HostRule, HostRuleError, LoopbackHttp};
pub use error::{ForbiddenReason, TransportError, TransportErrorKind};
pub use resolver::{Resolver, SystemResolver};

/// The way out to a provider.
///
/// An answer of any status is an answer, also a redirect: judging it is the adapter's work. An
/// error says that there is no whole answer.
#[async_trait]
pub trait HttpTransport: std::fmt::Debug + Send + Sync {
    /// Sends one request, once, and reads the whole answer.
    ///
    /// # Errors
    /// See [`TransportErrorKind`]. The text of the error holds no path, query or body.
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError>;
}
