//! Why no answer came.

use std::{error::Error, fmt, io};

use thiserror::Error;

/// Why a request may not be sent at all (`threats.md` G12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum ForbiddenReason {
    /// The address does not parse, or is written in a form that hides its host.
    #[error("the address is not written plainly")]
    Address,
    /// Neither `https` nor allowed `http` on loopback.
    #[error("only https is allowed")]
    Scheme,
    /// A user part stands before the host.
    #[error("the address has a user part")]
    UserPart,
    /// Host and port are not in the provider's settings.
    #[error("host and port are not among the allowed ones")]
    Host,
    /// The host's address, or one of them, is private, local or reserved.
    #[error("the host has a private, local or reserved network address")]
    NetworkAddress,
}

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum TransportErrorKind {
    /// No connection: no such name, refused, unreachable, proxy away.
    #[error("no connection")]
    Connect,
    /// Not done within the time limits.
    #[error("time limit passed")]
    Timeout,
    /// The other side's certificate or TLS was not accepted.
    #[error("TLS failed")]
    Tls,
    /// The answer is longer than the limit.
    #[error("answer is too long")]
    BodyTooLarge,
    /// Our own rules do not let the request out.
    #[error("request is forbidden: {0}")]
    Forbidden(ForbiddenReason),
    /// The answer broke off or is not HTTP as we read it.
    #[error("answer is broken")]
    Protocol,
    /// Not called: it did not answer several times just now.
    #[error("not called, after repeated faults")]
    Paused,
}

/// A request that brought no whole answer. Prints kind, host and cause; never a path, a query or
/// a body, which carry codes and tokens (`threats.md` H1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    kind: TransportErrorKind,
    host: Option<String>,
    detail: Option<String>,
}

impl TransportError {
    /// A fault of a kind, for transports.
    #[must_use]
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self {
            kind,
            host: None,
            detail: None,
        }
    }

    /// What kind of fault it is.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the same call may work later, without a change by the operator. Says nothing of
    /// whether the request was carried out: a spent code stays spent (`threats.md` I2).
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self.kind {
            TransportErrorKind::Connect
            | TransportErrorKind::Timeout
            | TransportErrorKind::Tls
            | TransportErrorKind::Protocol
            | TransportErrorKind::Paused => true,
            TransportErrorKind::BodyTooLarge | TransportErrorKind::Forbidden(_) => false,
        }
    }

    pub(crate) fn at(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub(crate) fn because(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    pub(crate) const fn forbidden(reason: ForbiddenReason) -> Self {
        Self::new(TransportErrorKind::Forbidden(reason))
    }

    /// Sorts an error of the client by the causes behind it; its own text, which names the whole
    /// address, is left behind.
    pub(crate) fn sort(error: &reqwest::Error) -> Self {
        let causes = || Causes(Some(error));
        if let Some(Refused(reason)) = causes().find_map(|cause| cause.downcast_ref()) {
            return Self::forbidden(*reason);
        }
        if let Some(tls) = causes().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            return Self::new(TransportErrorKind::Tls).because(tls);
        }
        if error.is_timeout() {
            Self::new(TransportErrorKind::Timeout)
        } else if error.is_connect() {
            let found = Self::new(TransportErrorKind::Connect);
            let io = causes()
                .filter_map(|cause| cause.downcast_ref::<io::Error>())
                .last();
            io.map_or(found.clone(), |io| found.because(io.kind()))
        } else {
            Self::new(TransportErrorKind::Protocol)
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}: ")?;
        }
        write!(f, "{}", self.kind)?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl Error for TransportError {}

/// What our resolver answers the client when an address is not allowed.
#[derive(Debug, Clone, Copy, Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) ForbiddenReason);

/// An error and what lies behind it. An I/O error hides what it wraps from `source`.
struct Causes<'e>(Option<&'e (dyn Error + 'static)>);

impl<'e> Iterator for Causes<'e> {
    type Item = &'e (dyn Error + 'static);

    fn next(&mut self) -> Option<Self::Item> {
        let error = self.0?;
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        self.0 = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
        Some(error)
    }
}
