//! ESIA's certificates, with which its tokens are checked: files, read anew when they change.

use std::{fs, path::PathBuf, sync::Arc, time::SystemTime};

use chrono::{DateTime, TimeDelta};
use der::{Decode, asn1::UintRef};
use gost_signature::jws::{GOST3410_2012_256, JwsError, UnverifiedJws, verify_gost};
use linking_core::time::Timestamp;
use linking_oidc::{
    CompactJws, KeyFault, KeySet, Rs256Key, Rs256Keys, TokenError, VerifiedJws, verify,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::Mutex;
use x509_cert::der::oid::ObjectIdentifier;

use crate::{
    claims::TokenKind,
    material::{self, Material, MaterialError},
    settings::TokenAlgorithm,
};

/// How often files are looked at, at most (`threats.md` B4).
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(1);

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The certificate files could not be read anew; the last good set is in use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the last good certificates of ESIA are in use: {0}")]
pub struct KeyFilesFault(pub MaterialError);

/// The keys of ESIA's certificates, by what they may sign.
#[derive(Debug)]
pub(crate) struct LoadedKeys {
    algorithm: TokenAlgorithm,
    rs256: RsaKeys,
    gost: GostKeys,
}

impl LoadedKeys {
    /// Checks a token's signature. Access and ID tokens are signed with the configured algorithm and
    /// no other. The code may be signed with either: no source says that the setting of the tech portal, which is
    /// for tokens, covers it (`esia.md` 4.1); there the certificates decide (`gost.md` 8.3).
    pub(crate) fn verify(
        &self,
        kind: TokenKind,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedJws, TokenError> {
        let (configured, other): (&dyn KeySet, &dyn KeySet) = match self.algorithm {
            TokenAlgorithm::Rs256 => (&self.rs256, &self.gost),
            TokenAlgorithm::Gost => (&self.gost, &self.rs256),
        };
        match (verify(token, configured, now), kind) {
            (Err(TokenError::Algorithm), TokenKind::Code) => match verify(token, other, now) {
                // Nobody has to have certificates of both.
                Err(TokenError::Keys(KeyFault::NoKeyInForce)) => Err(TokenError::Algorithm),
                found => found,
            },
            (found, _) => found,
        }
    }
}

/// Certificates of RSA keys, each under the fingerprint by which an operator knows it; every one
/// in force is tried, because tokens name none.
#[derive(Debug)]
pub(crate) struct RsaKeys(Vec<(String, Rs256Keys)>);

impl KeySet for RsaKeys {
    fn algorithm(&self) -> &'static str {
        "RS256"
    }

    fn check(&self, jws: &CompactJws<'_>, now: Timestamp) -> Result<(), KeyFault> {
        let mut fault = KeyFault::NoKeyInForce;
        for (fingerprint, key) in &self.0 {
            match key.check(jws, now) {
                Ok(()) => {
                    matched(fingerprint);
                    return Ok(());
                }
                Err(KeyFault::NoKeyInForce) => {}
                Err(KeyFault::NotGenuine) => fault = KeyFault::NotGenuine,
            }
        }
        Err(fault)
    }
}

/// Which certificate a token was checked with (`gost.md` 8.5).
fn matched(fingerprint: &str) {
    tracing::debug!(
        sha256 = fingerprint,
        "a token of ESIA was checked with this certificate"
    );
}

/// SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` tells it, without colons.
fn fingerprint(der: &[u8]) -> String {
    hex::encode_upper(Sha256::digest(der))
}

/// Certificates of GOST keys; every one in force is tried, because tokens name none.
#[derive(Debug)]
pub(crate) struct GostKeys(Vec<gost_signature::Certificate>);

impl KeySet for GostKeys {
    fn algorithm(&self) -> &'static str {
        GOST3410_2012_256
    }

    fn check(&self, jws: &CompactJws<'_>, now: Timestamp) -> Result<(), KeyFault> {
        let parsed = UnverifiedJws::parse(jws.text()).map_err(|_| KeyFault::NotGenuine)?;
        match verify_gost(parsed, &self.0, now.timestamp()) {
            Ok(verified) => {
                let certificate = verified.certificate().and_then(|at| self.0.get(at));
                if let Some(certificate) = certificate {
                    matched(&fingerprint(certificate.der()));
                }
                Ok(())
            }
            Err(JwsError::NoCertificateInForce) => Err(KeyFault::NoKeyInForce),
            Err(_) => Err(KeyFault::NotGenuine),
        }
    }
}

/// The keys of one stand, and where they come from.
#[derive(Debug)]
pub(crate) struct TokenKeys {
    algorithm: TokenAlgorithm,
    materials: Arc<[Material]>,
    cache: Mutex<Cache>,
}

#[derive(Debug)]
struct Cache {
    looked_at: Option<Timestamp>,
    stamps: Vec<Stamp>,
    set: KeyFiles,
    fault: Option<KeyFilesFault>,
    #[cfg(test)]
    looks: u32,
}

/// What was read.
#[derive(Debug, Clone)]
struct KeyFiles {
    keys: Arc<LoadedKeys>,
    /// From when to when each certificate for tokens is in force.
    in_force: Vec<(Timestamp, Timestamp)>,
    /// Certificates that no token can be checked with, and why.
    passed_over: Vec<String>,
}

/// What the operator should know of the certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyReport {
    /// How many certificates for tokens are in force.
    pub(crate) in_force: usize,
    /// When the last one ends.
    pub(crate) last_end: Timestamp,
    /// Certificates that no token can be checked with, and why.
    pub(crate) passed_over: Vec<String>,
    /// The files could not be read anew.
    pub(crate) fault: Option<KeyFilesFault>,
}

/// A file as it was when it was read.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    modified: Option<SystemTime>,
    length: u64,
}

impl TokenKeys {
    /// Reads all certificates.
    ///
    /// # Errors
    /// One is unreadable, or none is for the algorithm.
    pub(crate) fn load(
        algorithm: TokenAlgorithm,
        materials: &[Material],
    ) -> Result<Self, MaterialError> {
        let stamps = stamps(materials)?;
        let set = load(algorithm, materials)?;
        Ok(Self {
            algorithm,
            materials: materials.into(),
            cache: Mutex::new(Cache {
                looked_at: None,
                stamps,
                set,
                fault: None,
                #[cfg(test)]
                looks: 0,
            }),
        })
    }

    /// The keys to check with. At most once a minute the files are looked at, by one caller for
    /// all who wait; if they changed they are read anew. What cannot be read leaves the last good
    /// set in use.
    pub(crate) async fn current(&self, now: Timestamp) -> Arc<LoadedKeys> {
        let mut cache = self.cache.lock().await;
        let due = cache
            .looked_at
            .is_none_or(|at| now.signed_duration_since(at).abs() >= LOOK_EVERY);
        if due {
            cache.looked_at = Some(now);
            #[cfg(test)]
            {
                cache.looks += 1;
            }
            self.look(&mut cache).await;
        }
        Arc::clone(&cache.set.keys)
    }

    async fn look(&self, cache: &mut Cache) {
        let (algorithm, materials) = (self.algorithm, Arc::clone(&self.materials));
        let known = std::mem::take(&mut cache.stamps);
        let looked = tokio::task::spawn_blocking(move || {
            let found = stamps(&materials);
            match found {
                Ok(found) if found == known => (known, Ok(None)),
                Ok(found) => match load(algorithm, &materials) {
                    Ok(set) => (found, Ok(Some(set))),
                    Err(error) => (known, Err(error)),
                },
                Err(error) => (known, Err(error)),
            }
        })
        .await;
        // Without an answer the stamps stay empty, so that the next look reads anew.
        let Ok((stamps, outcome)) = looked else {
            return;
        };
        cache.stamps = stamps;
        match outcome {
            Ok(None) => cache.fault = None,
            Ok(Some(set)) => {
                cache.set = set;
                cache.fault = None;
            }
            Err(error) => cache.fault = Some(KeyFilesFault(error)),
        }
    }

    /// What the operator should know of the certificates at that time.
    pub(crate) async fn report(&self, now: Timestamp) -> KeyReport {
        let cache = self.cache.lock().await;
        let all = &cache.set.in_force;
        KeyReport {
            in_force: all
                .iter()
                .filter(|(from, to)| *from <= now && now <= *to)
                .count(),
            last_end: all.iter().map(|(_, to)| *to).max().unwrap_or(now),
            passed_over: cache.set.passed_over.clone(),
            fault: cache.fault.clone(),
        }
    }
}

fn stamps(materials: &[Material]) -> Result<Vec<Stamp>, MaterialError> {
    let mut stamps = Vec::new();
    for material in materials {
        for path in material.files()? {
            // A file that is gone shows as a change, and reading it then says why.
            let found = fs::metadata(&path).ok();
            stamps.push(Stamp {
                modified: found.as_ref().and_then(|found| found.modified().ok()),
                length: found.map_or(0, |found| found.len()),
                path,
            });
        }
    }
    Ok(stamps)
}

fn load(algorithm: TokenAlgorithm, materials: &[Material]) -> Result<KeyFiles, MaterialError> {
    let mut found = Found::default();
    for material in materials {
        match material {
            Material::Inline(_) => found.take(&material.read()?, "the text")?,
            Material::Path(_) => {
                for path in material.files()? {
                    let from = format!("`{}`", path.display());
                    found.take(&material::read(&path)?, &from)?;
                }
            }
        }
    }
    found.set(algorithm)
}

/// Certificates by the algorithm of their key. ESIA publishes all of them in one archive.
#[derive(Default)]
struct Found {
    rs256: Vec<(String, Rs256Keys)>,
    rs256_in_force: Vec<(Timestamp, Timestamp)>,
    gost: Vec<gost_signature::Certificate>,
    gost_in_force: Vec<(Timestamp, Timestamp)>,
    passed_over: Vec<String>,
}

impl Found {
    /// Takes the certificates of a file. One whose key is of no use here is passed over, so that it does not
    /// keep the others from being used; what is no certificate is an error: a file may be half written.
    fn take(&mut self, octets: &[u8], from: &str) -> Result<(), MaterialError> {
        for der in material::certificates(octets, from)? {
            let opened = open(&der)?;
            let in_force = (opened.not_before, opened.not_after);
            let taken = if opened.algorithm == RSA {
                rs256(&opened).map(|key| {
                    let keys = Rs256Keys::new(vec![key]);
                    self.rs256.push((fingerprint(&der), keys));
                    self.rs256_in_force.push(in_force);
                })
            } else {
                let certificate = gost_signature::Certificate::from_der(&der);
                certificate
                    .map_err(|error| error.to_string())
                    .map(|certificate| {
                        self.gost.push(certificate);
                        self.gost_in_force.push(in_force);
                    })
            };
            if let Err(why) = taken {
                self.passed_over.push(format!("{from}: {why}"));
            }
        }
        Ok(())
    }

    fn set(self, algorithm: TokenAlgorithm) -> Result<KeyFiles, MaterialError> {
        let (in_force, name) = match algorithm {
            TokenAlgorithm::Rs256 => (self.rs256_in_force, "RS256"),
            TokenAlgorithm::Gost => (self.gost_in_force, GOST3410_2012_256),
        };
        if in_force.is_empty() {
            let mut problem = format!(
                "no certificate for {name}: add ESIA's (from esia.zip), or change token-algorithm"
            );
            if !self.passed_over.is_empty() {
                let passed_over = self.passed_over.join("; ");
                problem = format!("{problem}; passed over: {passed_over}");
            }
            return Err(MaterialError::Unusable(problem));
        }
        Ok(KeyFiles {
            keys: Arc::new(LoadedKeys {
                algorithm,
                rs256: RsaKeys(self.rs256),
                gost: GostKeys(self.gost),
            }),
            in_force,
            passed_over: self.passed_over,
        })
    }
}

/// What is needed of any certificate.
struct Opened {
    algorithm: ObjectIdentifier,
    key: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
}

fn open(der: &[u8]) -> Result<Opened, MaterialError> {
    let unusable = || MaterialError::Unusable("a certificate is not X.509 in DER".to_owned());
    let parsed = x509_cert::Certificate::from_der(der).map_err(|_| unusable())?;
    let body = parsed.tbs_certificate();
    let spki = body.subject_public_key_info();
    let instant = |time: x509_cert::time::Time| {
        i64::try_from(time.to_unix_duration().as_secs())
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or_else(unusable)
    };
    Ok(Opened {
        algorithm: spki.algorithm.oid,
        key: spki
            .subject_public_key
            .as_bytes()
            .ok_or_else(unusable)?
            .to_vec(),
        not_before: instant(body.validity().not_before)?,
        not_after: instant(body.validity().not_after)?,
    })
}

/// PKCS#1 (RFC 8017, A.1.1).
#[derive(der::Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

fn rs256(certificate: &Opened) -> Result<Rs256Key, String> {
    let key = RsaPublicKey::from_der(&certificate.key).map_err(|error| error.to_string())?;
    let (modulus, exponent) = (key.modulus.as_bytes(), key.exponent.as_bytes());
    let (from, to) = (certificate.not_before, certificate.not_after);
    Rs256Key::new(modulus, exponent, from, to).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
