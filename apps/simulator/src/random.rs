//! Random values for identifiers and signatures.

use uuid::Uuid;

/// That many octets of the system's generator.
pub(crate) fn octets<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    // The generator fails only where the machine has none; the stand's identifiers would then
    // repeat, which its owner sees at once.
    if aws_lc_rs::rand::fill(&mut octets).is_err() {
        tracing::error!("the system's random generator gave no octets");
    }
    octets
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> Uuid {
    uuid::Builder::from_random_bytes(octets()).into_uuid()
}
