//! Our own keys: certificates and what signs with them.

use std::time::Duration;

use gost_signature::SigningKey;
use linking_core::provider::Switch;
use linking_http::{ClientIdentity, LoopbackHttp};
use url::Url;
use zeroize::Zeroizing;

use super::{KeySource, Problems, SignerSource, network};
use crate::{
    Material, MessageEncoding, OutputEncoding, ServiceSettings, SignatureOrder,
    material::{self, certificate},
    settings::{Protocol, Settings, SignerSettings, Stand},
    signer::{SecretForm, check_token},
};

/// Longer than a signing service needs, shorter than a person waits.
const SERVICE_TIMEOUT: Duration = Duration::from_secs(5);
const SERVICE_PLACES: usize = 16;
/// A signature, a CMS with its certificate, and JSON round it.
const SERVICE_ANSWER: usize = 64 * 1024;

/// A key with the certificate that it belongs to.
pub(super) fn key_source(
    settings: &Settings,
    material: &Material,
    signer: &SignerSettings,
    problems: &mut Problems,
) -> Option<KeySource> {
    let certificate = problems.keep("client-certificate", certificate(material));
    let signer = problems.within("signer.", |problems| match signer {
        SignerSettings::SoftKey { .. } if settings.stand == Stand::Production => {
            problems.add(
                "kind",
                "a soft key is for stands: the production stand needs a certified means (command, \
                 http)",
            );
            None
        }
        SignerSettings::SoftKey { key } => {
            let parsed = problems.keep("key", soft_key(key))?;
            let fits = |certificate: &gost_signature::Certificate| {
                certificate.verifying_key().to_octets() == parsed.verifying_key().to_octets()
            };
            if certificate.as_ref().is_some_and(|known| !fits(known)) {
                problems.add("key", "the key is not the one of client-certificate");
            }
            Some(SignerSource::SoftKey(key.clone()))
        }
        SignerSettings::Command(command) => {
            if command.argv.first().is_none_or(String::is_empty) {
                problems.add("argv", "expected a program and its arguments");
            }
            if command.timeout_ms == 0 {
                problems.add("timeout-ms", "expected at least 1");
            }
            if command.at_most == 0 {
                problems.add("at-most", "expected at least 1");
            }
            Some(SignerSource::Command(command.clone()))
        }
        SignerSettings::Http(service) => checked_service(settings, service, problems),
    });
    certificate?;
    Some(KeySource {
        certificate: material.clone(),
        signer: signer?,
    })
}

/// A soft key, which nobody else may read.
fn soft_key(key: &Material) -> Result<SigningKey, String> {
    material::private(key).map_err(|error| error.to_string())?;
    let octets = Zeroizing::new(key.read().map_err(|error| error.to_string())?);
    let pem = std::str::from_utf8(&octets).map_err(|_| "not PEM".to_owned())?;
    SigningKey::from_pkcs8_pem(pem).map_err(|error| error.to_string())
}

fn checked_service(
    settings: &Settings,
    service: &ServiceSettings,
    problems: &mut Problems,
) -> Option<SignerSource> {
    let url = problems.keep("url", service_url(&service.url));
    if let Some(path) = &service.token_file {
        problems.keep("token-file", check_token(path));
    }
    let identity = service.client_identity.as_ref().map(|path| {
        let file = Material::Path(path.clone());
        problems.keep("client-identity", identity(&file))
    });
    let fields = [
        ("message-field", &service.message_field),
        ("signature-field", &service.signature_field),
        ("certificate-field", &service.certificate_field),
    ];
    for (key, field) in fields {
        if field.as_ref().is_some_and(String::is_empty) {
            problems.add(key, "is empty: name a field, or leave it out");
        }
    }
    if service.message_field.is_none() && !service.fields.is_empty() {
        problems.add(
            "fields",
            "go with message-field: without it there is no JSON",
        );
    }
    if service.signature_field.is_none() && service.certificate_field.is_some() {
        problems.add("certificate-field", "goes with signature-field");
    }
    if service.signature_field.is_some() && service.encoding == OutputEncoding::Binary {
        problems.add("encoding", "JSON holds no octets: base64, base64url or hex");
    }
    let attributes = settings.signed_attributes.is_some_and(Switch::is_on);
    if service.message_encoding == MessageEncoding::Text && attributes {
        problems.add(
            "message-encoding",
            "signed attributes are no text: base64 or hex",
        );
    }
    let url = url?;
    let mut client = problems.within("network.", |problems| {
        network(&service.network, LoopbackHttp::Allowed, &url, problems)
    });
    if service.network.total_timeout_ms.is_none() {
        client.total_timeout = SERVICE_TIMEOUT;
    }
    if service.network.max_in_flight.is_none() {
        client.max_in_flight = SERVICE_PLACES;
    }
    client.max_body_bytes = SERVICE_ANSWER;
    client.identity = match identity {
        Some(identity) => Some(identity?),
        None => None,
    };
    Some(SignerSource::Service {
        settings: Box::new(service.clone()),
        url,
        client: Box::new(client),
    })
}

/// `https`, or `http` to this very machine.
fn service_url(text: &str) -> Result<Url, String> {
    text.parse::<linking_core::provider::HttpsUrl>()
        .map_err(|error| error.to_string())?;
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if url.fragment().is_some() {
        return Err("the address must have no fragment".to_owned());
    }
    Ok(url)
}

fn identity(file: &Material) -> Result<ClientIdentity, String> {
    material::private(file).map_err(|error| error.to_string())?;
    let octets = file.read().map_err(|error| error.to_string())?;
    ClientIdentity::from_pem(&octets).map_err(|error| error.to_string())
}

/// What `client_secret` is made of, which the protocol and the signer must agree on.
pub(super) fn form(settings: &Settings, problems: &mut Problems) -> Option<SecretForm> {
    let next = settings.next.as_ref().map(|next| &next.signer);
    let finished: Vec<bool> = [Some(&settings.signer), next]
        .into_iter()
        .flatten()
        .map(gives_cms)
        .collect();
    let some = finished.contains(&true);
    match (settings.protocol, some) {
        (Protocol::V2, false) if settings.signed_attributes.is_some() => {
            problems.add("signed-attributes", "goes with protocol v1");
            None
        }
        (Protocol::V2, false) => Some(SecretForm::Raw),
        (Protocol::V2, true) => {
            let what = "a finished CMS is for protocol v1: v2 wants the raw signature";
            problems.add("signer.output", what);
            None
        }
        (Protocol::V1, true) if finished.contains(&false) => {
            let what = "signer and next.signer must both give a CMS, or neither";
            problems.add("next.signer.output", what);
            None
        }
        (Protocol::V1, true) => Some(SecretForm::FinishedCms),
        (Protocol::V1, false) => Some(SecretForm::Cms {
            attributes: settings.signed_attributes.unwrap_or(Switch::Off),
        }),
    }
}

fn gives_cms(signer: &SignerSettings) -> bool {
    let output = match signer {
        SignerSettings::SoftKey { .. } => return false,
        SignerSettings::Command(command) => command.output,
        SignerSettings::Http(service) => service.output,
    };
    output == SignatureOrder::Cms
}
