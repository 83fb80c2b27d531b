//! Proof Key for Code Exchange, S256 alone (RFC 7636).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use linking_core::{
    ports::Randomness,
    secret::{Secret256, SecretText},
};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};

/// A code verifier: 43 characters of base64url, 256 random bits (RFC 7636 4.1). It stays on the
/// server, in the flow's sealed state.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeVerifier(SecretText);

impl CodeVerifier {
    const LENGTH: usize = 43;

    /// Draws a new one.
    #[must_use]
    pub fn draw(random: &dyn Randomness) -> Self {
        let secret = Secret256::draw(random);
        Self(SecretText::new(URL_SAFE_NO_PAD.encode(secret.expose())))
    }

    /// Reads what [`Self::expose`] gave.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (text.len() == Self::LENGTH && text.bytes().all(allowed))
            .then(|| Self(SecretText::new(text.to_owned())))
    }

    /// The verifier itself, for the token call and the sealed state.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub(crate) fn challenge(&self) -> PkceCodeChallenge {
        // The length, which the crate asserts, is held by both constructors.
        PkceCodeChallenge::from_code_verifier_sha256(&self.to_oauth2())
    }

    pub(crate) fn to_oauth2(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.expose().to_owned())
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[code verifier]")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        sync::atomic::{AtomicU64, Ordering},
    };

    use super::*;

    #[derive(Debug, Default)]
    struct Counting(AtomicU64);

    impl Randomness for Counting {
        fn fill(&self, out: &mut [u8]) {
            let next = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            for (to, from) in out.iter_mut().zip(next.iter().cycle()) {
                *to = *from;
            }
        }
    }

    #[test]
    fn a9_verifiers_differ_and_have_43_characters_of_the_alphabet() {
        let random = Counting::default();
        let drawn: BTreeSet<String> = (0..10_000)
            .map(|_| CodeVerifier::draw(&random).expose().to_owned())
            .collect();
        assert_eq!(drawn.len(), 10_000);
        assert!(
            drawn
                .iter()
                .all(|text| CodeVerifier::from_text(text).is_some())
        );
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier =
            CodeVerifier::from_text("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(
            verifier.challenge().as_str(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert!(!format!("{verifier:?}").contains("dBjf"));
    }

    #[test]
    fn other_texts_are_no_verifiers() {
        for text in [
            "",
            "a",
            &"a".repeat(42),
            &"a".repeat(44),
            &format!("{}=", "a".repeat(42)),
        ] {
            assert!(CodeVerifier::from_text(text).is_none(), "{text}");
        }
    }
}
