//! The hash of GOST R 34.11-2012.

use streebog::{Digest, Streebog256};

/// Streebog-256 of `bytes`, in the order in which software prints it (the standard and RFC 6986
/// print the same value with the octets reversed).
#[must_use]
pub fn streebog256(bytes: &[u8]) -> [u8; 32] {
    Streebog256::digest(bytes).into()
}
