//! The files of `testdata`, described by its README.

use gost_signature::{Certificate, SigningKey};

pub(crate) fn octets(path: &str) -> Vec<u8> {
    let path = format!("{}/testdata/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn text(path: &str) -> String {
    String::from_utf8(octets(path)).unwrap()
}

pub(crate) fn json(path: &str) -> serde_json::Value {
    serde_json::from_slice(&octets(path)).unwrap()
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&text(&format!("certs/{name}.crt.pem"))).unwrap()
}

pub(crate) fn key(name: &str) -> SigningKey {
    SigningKey::from_pkcs8_pem(&text(&format!("keys/{name}.key.pem"))).unwrap()
}

/// The pairs whose curve is supported.
pub(crate) const PAIRS: [&str; 10] = [
    "idp", "idp-next", "client", "cp-a", "cp-b", "cp-c", "xch-b", "tc26-b", "tc26-c", "tc26-d",
];

/// A time at which the certificates are valid: 2027-01-15.
pub(crate) const NOW: i64 = 1_800_000_000;
