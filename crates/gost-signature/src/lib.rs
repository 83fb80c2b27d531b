//! GOST R 34.10-2012 (256 bit) signatures, Streebog-256, CMS and JWT checks.
//!
//! The crate knows the cryptography alone and nothing of any identity provider. It offers
//!
//! - [`SigningKey`], [`VerifyingKey`], [`Signature`]: the signature of the standard in the byte
//!   order of X.509, CMS and JWT (`s` then `r`, each 32 octets big-endian);
//! - [`Certificate`] and [`self_signed_certificate`]: what a certificate says about its key, its
//!   validity and its Streebog-256 fingerprint;
//! - [`cms`]: detached signatures with and without signed attributes;
//! - [`jws`]: compact tokens signed with `GOST3410_2012_256`;
//! - [`diagnose`]: which byte-order mistake a foreign signer makes.
//!
//! # What it takes
//!
//! The curves CryptoPro-A, -B and -C under their eight names ([`ParamSet`]). TC26-256-A (cofactor
//! four), the example curve of the standard, 512-bit keys and GOST R 34.10-2001 are refused, each
//! with an error of its own. Nothing is corrected silently: a signature in another byte order is
//! a wrong signature.
//!
//! # Where randomness and time come from
//!
//! From the caller. Nonces are RFC 6979 over Streebog-256 with 32 octets of extra entropy that the
//! caller passes; a validity is compared with a time that the caller passes. The crate reads no
//! clock and no random generator.
//!
//! The arithmetic is that of `primeorder` and `primefield`; what is written here is the equation
//! of the standard. It is no certified means of protection: a production key belongs outside the
//! process, and [`SigningKey`] serves stands, tests and simulators.

#![forbid(unsafe_code)]

mod certificate;
pub mod cms;
mod curves;
mod encoding;
mod identifiers;
pub mod jws;
mod param_set;
mod self_check;
mod self_signed;
mod signature;
mod signing_key;
mod streebog256;
mod verifying_key;

pub use certificate::{Certificate, CertificateError};
pub use encoding::EncodingError;
pub use param_set::ParamSet;
pub use self_check::{SelfCheck, diagnose};
pub use self_signed::{SelfSignedError, self_signed_certificate};
pub use signature::{Signature, SignatureError};
pub use signing_key::{PrivateKeyError, SigningKey};
pub use streebog256::streebog256;
pub use verifying_key::{PublicKeyError, VerifyingKey};
