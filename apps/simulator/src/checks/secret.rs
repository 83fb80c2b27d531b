//! `client_secret` and `client_certificate_hash`: signatures are checked for real
//! (`esia.md 3.3`–`3.5`, `13.1` point 4).

use chrono::{DateTime, Utc};

use super::{Grant, Version, lenient_base64};
use crate::code::EsiaCode;
use crate::gost::{self, ClientCertificate};
use crate::knobs::{Knobs, RefreshSigning};
use crate::parameters::Parameters;
use crate::refusal::Refusal;
use crate::settings::Registered;

/// The parts of a request that may be signed; absent ones are empty.
struct Parts<'a> {
    client_id: &'a str,
    scope: &'a str,
    scope_org: &'a str,
    timestamp: &'a str,
    state: &'a str,
    redirect_uri: &'a str,
}

impl<'a> Parts<'a> {
    fn of(parameters: &'a Parameters) -> Self {
        let part = |name| parameters.get(name).unwrap_or_default();
        Self {
            client_id: part("client_id"),
            scope: part("scope"),
            scope_org: part("scope_org"),
            timestamp: part("timestamp"),
            state: part("state"),
            redirect_uri: part("redirect_uri"),
        }
    }

    fn retired(&self) -> String {
        [self.scope, self.timestamp, self.client_id, self.state].concat()
    }

    fn current(&self) -> String {
        let Self {
            client_id,
            scope,
            scope_org,
            timestamp,
            state,
            redirect_uri,
        } = self;
        [*client_id, scope, scope_org, timestamp, state, redirect_uri].concat()
    }
}

pub(super) fn check_authorization_secret(
    version: Version,
    client: &Registered,
    parameters: &Parameters,
    knobs: &Knobs,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let parts = Parts::of(parameters);
    match version {
        Version::Retired => check_cms(client, parameters, &parts.retired(), now),
        Version::Current => {
            let near = [("in the order of v1", parts.retired())];
            check_raw(client, parameters, &parts.current(), &near, knobs, now)
        }
    }
}

/// Checks the signature of a token request.
pub(crate) fn check_exchange_secret(
    version: Version,
    client: &Registered,
    parameters: &Parameters,
    grant: &Grant,
    knobs: &Knobs,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let parts = Parts::of(parameters);
    if version == Version::Retired {
        return check_cms(client, parameters, &parts.retired(), now);
    }
    let plain = parts.current();
    let mut near = vec![("in the order of v1", parts.retired())];
    let text = match grant {
        Grant::ClientCredentials => plain,
        Grant::Code { code, .. } => {
            let text = format!("{plain}{code}");
            near.push(("without the code", plain));
            text
        }
        Grant::Refresh { token } => {
            let with_token = [
                parts.client_id,
                parts.scope,
                parts.timestamp,
                parts.state,
                token,
            ]
            .concat();
            match knobs.refresh_signing {
                RefreshSigning::WithoutToken => {
                    near.push(("with the refresh token", with_token));
                    plain
                }
                RefreshSigning::WithToken => {
                    near.push(("without the refresh token", plain));
                    with_token
                }
            }
        }
    };
    check_raw(client, parameters, &text, &near, knobs, now)
}

fn refused(cause: impl Into<String>) -> Refusal {
    Refusal::new(EsiaCode::WrongSignature, cause)
}

fn bound(client: &Registered) -> Result<&[ClientCertificate], Refusal> {
    if client.certificates.is_empty() {
        return Err(Refusal::new(
            EsiaCode::NoCertificate,
            "no certificate is bound to the client",
        ));
    }
    Ok(&client.certificates)
}

fn check_raw(
    client: &Registered,
    parameters: &Parameters,
    text: &str,
    near: &[(&str, String)],
    knobs: &Knobs,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let certificates = bound(client)?;
    let hash = parameters
        .get("client_certificate_hash")
        .unwrap_or_default();
    let same = |certificate: &&ClientCertificate| {
        certificate.hash() == hash
            || (!knobs.hash_case_sensitive && certificate.hash().eq_ignore_ascii_case(hash))
    };
    let Some(certificate) = certificates.iter().find(same) else {
        return Err(refused(cause_of_hash(certificates, hash)));
    };
    if !certificate.is_valid_at(now) {
        return Err(refused("the certificate is not valid at this time"));
    }
    let secret = parameters.get("client_secret").unwrap_or_default();
    let octets = lenient_base64(secret).ok_or_else(|| refused("client_secret is no base64"))?;
    let Ok(signature) = <[u8; 64]>::try_from(octets.as_slice()) else {
        return Err(refused(format!(
            "client_secret has {} octets, a raw signature has 64",
            octets.len()
        )));
    };
    if certificate.verifies(text.as_bytes(), &signature) {
        return Ok(());
    }
    let reversed: [u8; 64] = {
        let mut turned = signature;
        turned.reverse();
        turned
    };
    if certificate.verifies(text.as_bytes(), &reversed) {
        if !knobs.strict_byte_order {
            return Ok(());
        }
        return Err(refused(
            "the signature is in CryptoPro's byte order: all 64 octets reversed",
        ));
    }
    let mut swapped = signature;
    swapped.rotate_left(32);
    if certificate.verifies(text.as_bytes(), &swapped) {
        return Err(refused(
            "the halves of the signature are exchanged: R before S",
        ));
    }
    let cause = near
        .iter()
        .find(|(_, text)| certificate.verifies(text.as_bytes(), &signature))
        .map_or(
            "the signature is not of this text by this certificate".to_owned(),
            |(how, _)| format!("the text was signed {how}"),
        );
    Err(refused(cause))
}

/// The usual mistakes with the hash (`esia.md 12`, trap 7).
fn cause_of_hash(certificates: &[ClientCertificate], hash: &str) -> String {
    let like = |made: &dyn Fn(&ClientCertificate) -> String| {
        certificates
            .iter()
            .any(|certificate| made(certificate).eq_ignore_ascii_case(hash))
    };
    if like(&ClientCertificate::hash_of_pem) {
        "client_certificate_hash is over the PEM text, not over the DER octets".to_owned()
    } else if like(&ClientCertificate::sha256) {
        "client_certificate_hash is by SHA-256, not by Streebog-256".to_owned()
    } else if hash.len() == 64 {
        "client_certificate_hash matches no certificate of the client".to_owned()
    } else {
        format!(
            "client_certificate_hash has {} characters, not 64",
            hash.chars().count()
        )
    }
}

fn check_cms(
    client: &Registered,
    parameters: &Parameters,
    text: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let certificates = bound(client)?;
    let valid: Vec<&ClientCertificate> = certificates
        .iter()
        .filter(|certificate| certificate.is_valid_at(now))
        .collect();
    if valid.is_empty() {
        return Err(refused(
            "no certificate of the client is valid at this time",
        ));
    }
    let secret = parameters.get("client_secret").unwrap_or_default();
    let cms = lenient_base64(secret).ok_or_else(|| refused("client_secret is no base64"))?;
    gost::verify_cms(&cms, text.as_bytes(), &valid).map_err(refused)
}
