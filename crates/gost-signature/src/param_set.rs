//! The names of the curves.

use std::fmt;

use der::asn1::ObjectIdentifier;

/// A parameter set of GOST R 34.10-2012 with 256-bit keys, by the name under which a certificate
/// or a key file mentions it.
///
/// Eight names stand for three curves ([RFC 4357], [RFC 7836]); the name is kept because it is
/// what goes back into a certificate or a key file. Keys of different names and the same curve
/// and point are equal.
///
/// [RFC 4357]: https://www.rfc-editor.org/rfc/rfc4357
/// [RFC 7836]: https://www.rfc-editor.org/rfc/rfc7836
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParamSet {
    /// CryptoPro-A, 1.2.643.2.2.35.1.
    CryptoProA,
    /// CryptoPro-B, 1.2.643.2.2.35.2.
    CryptoProB,
    /// CryptoPro-C, 1.2.643.2.2.35.3.
    CryptoProC,
    /// CryptoPro-XchA, 1.2.643.2.2.36.0: the curve of CryptoPro-A. The state identity provider's
    /// certificates use this name (`gost.md` 3).
    CryptoProXchA,
    /// CryptoPro-XchB, 1.2.643.2.2.36.1: the curve of CryptoPro-C.
    CryptoProXchB,
    /// TC26-256-B, 1.2.643.7.1.2.1.1.2: the curve of CryptoPro-A.
    Tc26B,
    /// TC26-256-C, 1.2.643.7.1.2.1.1.3: the curve of CryptoPro-B.
    Tc26C,
    /// TC26-256-D, 1.2.643.7.1.2.1.1.4: the curve of CryptoPro-C.
    Tc26D,
    /// The example of the standard, 1.2.643.2.2.35.0. It exists in this crate's own unit tests
    /// only, and no encoding leads to it.
    #[cfg(test)]
    Example,
}

impl ParamSet {
    /// Every parameter set that the crate takes.
    pub const ALL: [Self; 8] = [
        Self::CryptoProA,
        Self::CryptoProB,
        Self::CryptoProC,
        Self::CryptoProXchA,
        Self::CryptoProXchB,
        Self::Tc26B,
        Self::Tc26C,
        Self::Tc26D,
    ];

    pub(crate) fn oid(self) -> ObjectIdentifier {
        const fn oid(text: &str) -> ObjectIdentifier {
            ObjectIdentifier::new_unwrap(text)
        }
        match self {
            Self::CryptoProA => const { oid("1.2.643.2.2.35.1") },
            Self::CryptoProB => const { oid("1.2.643.2.2.35.2") },
            Self::CryptoProC => const { oid("1.2.643.2.2.35.3") },
            Self::CryptoProXchA => const { oid("1.2.643.2.2.36.0") },
            Self::CryptoProXchB => const { oid("1.2.643.2.2.36.1") },
            Self::Tc26B => const { oid("1.2.643.7.1.2.1.1.2") },
            Self::Tc26C => const { oid("1.2.643.7.1.2.1.1.3") },
            Self::Tc26D => const { oid("1.2.643.7.1.2.1.1.4") },
            #[cfg(test)]
            Self::Example => crate::identifiers::EXAMPLE_CURVE,
        }
    }

    /// The parameter set that an identifier of a key names.
    pub(crate) fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.oid() == oid)
    }

    /// Whether keys of this set name their digest as well (RFC 9215 4.2): the CryptoPro names do,
    /// the TC26 names must not.
    pub(crate) fn names_digest(self) -> bool {
        !matches!(self, Self::Tc26B | Self::Tc26C | Self::Tc26D)
    }
}

impl fmt::Display for ParamSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CryptoProA => "CryptoPro-A",
            Self::CryptoProB => "CryptoPro-B",
            Self::CryptoProC => "CryptoPro-C",
            Self::CryptoProXchA => "CryptoPro-XchA",
            Self::CryptoProXchB => "CryptoPro-XchB",
            Self::Tc26B => "TC26-256-B",
            Self::Tc26C => "TC26-256-C",
            Self::Tc26D => "TC26-256-D",
            #[cfg(test)]
            Self::Example => "example",
        })
    }
}
