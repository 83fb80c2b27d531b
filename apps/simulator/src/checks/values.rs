//! Single values of a request, decoded.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Filter, wrong};
use crate::knobs::{Knobs, Pkce};
use crate::parameters::Parameters;
use crate::refusal::Refusal;

pub(super) fn filter(encoded: &str) -> Result<Filter, Refusal> {
    match lenient_base64(encoded).as_deref() {
        Some(b"conf_acc") => Ok(Filter::Verified),
        Some(b"acc_kid") => Ok(Filter::Child),
        Some(b"acc_not_kid") => Ok(Filter::NotChild),
        _ => Err(wrong("person_filter is no known word in base64")),
    }
}

pub(super) fn challenge(parameters: &Parameters, knobs: &Knobs) -> Result<Option<String>, Refusal> {
    let challenge = parameters.get("code_challenge");
    let method = parameters.get("code_challenge_method");
    if challenge.is_none() && method.is_none() {
        return Ok(None);
    }
    if knobs.pkce == Pkce::Refused {
        return Err(wrong(
            "code_challenge came, and the stand is set to refuse PKCE",
        ));
    }
    if method != Some("S256") {
        return Err(wrong("code_challenge_method is not S256"));
    }
    match challenge {
        Some(text)
            if text.len() == 43
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) =>
        {
            Ok(Some(text.to_owned()))
        }
        _ => Err(wrong("code_challenge is not 43 characters of base64url")),
    }
}

/// Base64 in either alphabet, with or without padding: all three forms are in use (`esia.md 3.4`).
pub(crate) fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT
        .decode(text.replace('-', "+").replace('_', "/"))
        .ok()
}
