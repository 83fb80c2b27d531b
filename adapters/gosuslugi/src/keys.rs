//! ESIA's certificates, with which its tokens are checked: files, read anew when they change.

use std::{fs, path::PathBuf, sync::Arc, time::SystemTime};

use chrono::{DateTime, TimeDelta};
use der::{Decode, asn1::UintRef};
use gost_signature::jws::{GOST3410_2012_256, JwsError, UnverifiedJws, verify_gost};
use linking_core::time::Timestamp;
use linking_oidc::{CompactJws, KeyFault, KeySet, Rs256Key, Rs256Keys};
use thiserror::Error;
use tokio::sync::Mutex;
use x509_cert::der::oid::ObjectIdentifier;

use crate::{
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

/// A set of keys for the one configured algorithm.
#[derive(Debug)]
pub(crate) enum LoadedKeys {
    Rs256(Rs256Keys),
    Gost(GostKeys),
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
            Ok(_) => Ok(()),
            Err(JwsError::NoCertificateInForce) => Err(KeyFault::NoKeyInForce),
            Err(_) => Err(KeyFault::NotGenuine),
        }
    }
}

impl KeySet for LoadedKeys {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256(keys) => keys.algorithm(),
            Self::Gost(keys) => keys.algorithm(),
        }
    }

    fn check(&self, jws: &CompactJws<'_>, now: Timestamp) -> Result<(), KeyFault> {
        match self {
            Self::Rs256(keys) => keys.check(jws, now),
            Self::Gost(keys) => keys.check(jws, now),
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

/// What was read: the keys, and when the last of them ends.
#[derive(Debug, Clone)]
struct KeyFiles {
    keys: Arc<LoadedKeys>,
    last_end: Timestamp,
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

    /// When the last certificate ends, and what is wrong with the files.
    pub(crate) async fn report(&self) -> (Timestamp, Option<KeyFilesFault>) {
        let cache = self.cache.lock().await;
        (cache.set.last_end, cache.fault.clone())
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
    let mut all = Vec::new();
    for material in materials {
        match material {
            Material::Inline(_) => {
                all.extend(material::certificates(&material.read()?, "the text")?);
            }
            Material::Path(_) => {
                for path in material.files()? {
                    let from = format!("`{}`", path.display());
                    all.extend(material::certificates(&material::read(&path)?, &from)?);
                }
            }
        }
    }
    match algorithm {
        TokenAlgorithm::Rs256 => rs256(&all),
        TokenAlgorithm::Gost => gost(&all),
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

fn rs256(certificates: &[Vec<u8>]) -> Result<KeyFiles, MaterialError> {
    let mut keys = Vec::new();
    let mut ends = Vec::new();
    for der in certificates {
        let opened = open(der)?;
        // ESIA publishes RSA and GOST certificates in one archive: others are passed over.
        if opened.algorithm != RSA {
            continue;
        }
        let unusable = |why: &dyn std::fmt::Display| {
            MaterialError::Unusable(format!("an RSA certificate's key can't be used: {why}"))
        };
        let key = RsaPublicKey::from_der(&opened.key).map_err(|error| unusable(&error))?;
        let (modulus, exponent) = (key.modulus.as_bytes(), key.exponent.as_bytes());
        let key = Rs256Key::new(modulus, exponent, opened.not_before, opened.not_after)
            .map_err(|error| unusable(&error))?;
        keys.push(key);
        ends.push(opened.not_after);
    }
    let last_end = last(&ends, "RS256")?;
    Ok(KeyFiles {
        keys: Arc::new(LoadedKeys::Rs256(Rs256Keys::new(keys))),
        last_end,
    })
}

fn gost(certificates: &[Vec<u8>]) -> Result<KeyFiles, MaterialError> {
    let mut keys = Vec::new();
    let mut ends = Vec::new();
    for der in certificates {
        let opened = open(der)?;
        if opened.algorithm == RSA {
            continue;
        }
        let certificate = gost_signature::Certificate::from_der(der)
            .map_err(|error| MaterialError::Unusable(error.to_string()))?;
        keys.push(certificate);
        ends.push(opened.not_after);
    }
    let last_end = last(&ends, GOST3410_2012_256)?;
    Ok(KeyFiles {
        keys: Arc::new(LoadedKeys::Gost(GostKeys(keys))),
        last_end,
    })
}

fn last(ends: &[Timestamp], algorithm: &str) -> Result<Timestamp, MaterialError> {
    ends.iter().max().copied().ok_or_else(|| {
        MaterialError::Unusable(format!(
            "no certificate for {algorithm}: add ESIA's (from esia.zip), or change token-algorithm"
        ))
    })
}

#[cfg(test)]
mod tests;
