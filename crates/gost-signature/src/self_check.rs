//! Which mistake a foreign signer makes.

use std::fmt;

use crate::{Signature, VerifyingKey};

/// What octets that should be a signature turn out to be (`gost.md` 6).
///
/// Nothing is put right here: which byte order a signer uses is a matter of its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfCheck {
    /// A signature of the message by the key.
    Valid(Signature),
    /// The number of octets is not 64.
    Length {
        /// How many octets there were.
        got: usize,
    },
    /// Valid once all 64 octets are reversed: the order of CryptoPro CSP's own calls.
    ReversedOctets,
    /// Valid once the halves are exchanged: `r` then `s`, the order of the standard's text.
    ExchangedHalves,
    /// Not valid in any known order: another key or certificate, or a changed message.
    NotValid,
}

/// Tells what `octets` are, held against the message and the key that should have signed it.
///
/// Meant for the answer of a signing command or service, before it is sent anywhere; a verifier of
/// other people's signatures uses [`VerifyingKey::verify`].
#[must_use]
pub fn diagnose(message: &[u8], octets: &[u8], key: &VerifyingKey) -> SelfCheck {
    let Ok(signature) = Signature::from_slice(octets) else {
        return SelfCheck::Length { got: octets.len() };
    };
    let fits = |candidate: &Signature| key.verify(message, candidate).is_ok();
    if fits(&signature) {
        return SelfCheck::Valid(signature);
    }
    let mut reversed = *signature.as_bytes();
    reversed.reverse();
    let mut exchanged = *signature.as_bytes();
    exchanged.rotate_left(32);
    if fits(&Signature::from_bytes(reversed)) {
        SelfCheck::ReversedOctets
    } else if fits(&Signature::from_bytes(exchanged)) {
        SelfCheck::ExchangedHalves
    } else {
        SelfCheck::NotValid
    }
}

impl SelfCheck {
    /// The signature, if the octets are one.
    #[must_use]
    pub fn signature(self) -> Option<Signature> {
        match self {
            Self::Valid(signature) => Some(signature),
            Self::Length { .. } | Self::ReversedOctets | Self::ExchangedHalves | Self::NotValid => {
                None
            }
        }
    }
}

impl fmt::Display for SelfCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid(_) => f.write_str("the signature is valid"),
            Self::Length { got } => write!(
                f,
                "the signer gave {got} octets, a raw signature has 64: check the signer's output \
                 format"
            ),
            Self::ReversedOctets => f.write_str(
                "the signer gave the 64 octets in reverse (the order of CryptoPro CSP): set its \
                 output to raw-reversed",
            ),
            Self::ExchangedHalves => f.write_str(
                "the signer gave r then s, s then r is needed: change the order in the signer",
            ),
            Self::NotValid => f.write_str(
                "the signature does not fit the certificate: check that key and certificate \
                 belong together and that the signer signs the message unchanged",
            ),
        }
    }
}
