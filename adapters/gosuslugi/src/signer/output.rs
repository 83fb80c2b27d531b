//! In which form a signer writes what it signed.

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

use crate::SignError;

/// What a signer gives (`gost.md` 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureOrder {
    /// 64 octets, s then r, big-endian: OpenSSL.
    #[default]
    Raw,
    /// The same 64 octets, all reversed: CryptoPro CSP (`csptest`).
    RawReversed,
    /// A finished detached CMS in DER, for the older protocol alone.
    Cms,
}

/// How the octets are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputEncoding {
    /// As they are.
    Binary,
    /// Base64 with the standard alphabet, with or without padding.
    Base64,
    /// Base64 with the alphabet of URLs, with or without padding.
    Base64url,
    /// Hex digits of either case.
    Hex,
}

impl OutputEncoding {
    /// The octets; blanks and line ends in a text count for nothing.
    fn decode(self, output: Vec<u8>) -> Result<Vec<u8>, SignError> {
        let text: Vec<u8> = match self {
            Self::Binary => return Ok(output),
            Self::Base64 | Self::Base64url | Self::Hex => output
                .into_iter()
                .filter(|octet| !octet.is_ascii_whitespace())
                .collect(),
        };
        let (octets, name) = match self {
            Self::Binary => (Some(text), "octets"),
            Self::Base64 => (lenient(&STANDARD).decode(&text).ok(), "base64"),
            Self::Base64url => (lenient(&URL_SAFE).decode(&text).ok(), "base64url"),
            Self::Hex => (hex::decode(&text).ok(), "hex"),
        };
        octets.ok_or(SignError::Encoding(name))
    }
}

const fn lenient(alphabet: &base64::alphabet::Alphabet) -> GeneralPurpose {
    GeneralPurpose::new(
        alphabet,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    )
}

/// The octets behind a signer's output, in the order that goes out.
pub(super) fn signature(
    output: Vec<u8>,
    encoding: OutputEncoding,
    order: SignatureOrder,
) -> Result<Vec<u8>, SignError> {
    let mut octets = encoding.decode(output)?;
    match order {
        SignatureOrder::Raw | SignatureOrder::Cms => {}
        SignatureOrder::RawReversed => octets.reverse(),
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_read_in_the_forms_that_tools_write() {
        let octets = vec![0xfb, 0xff, 0x00, 0x01];
        for (text, encoding) in [
            ("-_8AAQ==", OutputEncoding::Base64url),
            ("-_8AAQ", OutputEncoding::Base64url),
            ("+/8AAQ==\n", OutputEncoding::Base64),
            ("+/8A\r\nAQ", OutputEncoding::Base64),
            ("fbff0001\n", OutputEncoding::Hex),
            ("FB FF 00 01", OutputEncoding::Hex),
        ] {
            let found = signature(text.into(), encoding, SignatureOrder::Raw);
            assert_eq!(found, Ok(octets.clone()), "{text}");
        }
        let binary = OutputEncoding::Binary;
        let reversed = signature(octets.clone(), binary, SignatureOrder::RawReversed);
        assert_eq!(reversed, Ok(vec![0x01, 0x00, 0xff, 0xfb]));
        for (text, encoding, name) in [
            ("+/8AAQ==", OutputEncoding::Base64url, "base64url"),
            ("-_8AAQ==", OutputEncoding::Base64, "base64"),
            ("fbff000", OutputEncoding::Hex, "hex"),
            ("<html>", OutputEncoding::Base64, "base64"),
        ] {
            let found = signature(text.into(), encoding, SignatureOrder::Raw);
            assert_eq!(found, Err(SignError::Encoding(name)), "{text}");
        }
    }
}
