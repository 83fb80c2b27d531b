//! The keys that sign tokens, their certificates as files, and rotation (`esia.md 13.1` point 8).

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, SigningKey as _};

use crate::gost::TokenKey;
use crate::settings::{KeyMaterial, TokenAlgorithm};

/// One pair of keys: ESIA has an RSA and a GOST key at any time.
pub(crate) struct Generation {
    number: u32,
    rsa: KeyPair,
    rsa_certificate: String,
    gost: TokenKey,
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Keys could not be made or read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(String);

fn failed(error: impl fmt::Display) -> KeyError {
    KeyError(error.to_string())
}

impl Generation {
    pub(crate) fn generate(number: u32, now: DateTime<Utc>) -> Result<Self, KeyError> {
        let rsa = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(failed)?;
        let mut form = CertificateParams::default();
        form.distinguished_name
            .push(DnType::CommonName, format!("SIMULATOR RSA {number}"));
        form.distinguished_name
            .push(DnType::OrganizationName, "TEST STAND");
        let certificate = form.self_signed(&rsa).map_err(failed)?;
        Ok(Self {
            number,
            rsa_certificate: certificate.pem(),
            rsa,
            gost: TokenKey::generate(number, now).map_err(failed)?,
        })
    }

    pub(crate) fn given(material: &KeyMaterial) -> Result<Self, KeyError> {
        Ok(Self {
            number: 1,
            rsa: KeyPair::from_pkcs8_pem_and_sign_algo(&material.rsa_key, &PKCS_RSA_SHA256)
                .map_err(failed)?,
            rsa_certificate: material.rsa_certificate.clone(),
            gost: TokenKey::from_pem(&material.gost_key, &material.gost_certificate)
                .map_err(failed)?,
        })
    }

    /// The octets of a token's signature.
    pub(crate) fn sign(
        &self,
        algorithm: TokenAlgorithm,
        input: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        match algorithm {
            TokenAlgorithm::Rs256 => self.rsa.sign(input).map_err(failed),
            TokenAlgorithm::Gost => Ok(self.gost.sign(input)),
        }
    }

    pub(crate) fn certificate(&self, algorithm: TokenAlgorithm) -> &str {
        match algorithm {
            TokenAlgorithm::Rs256 => &self.rsa_certificate,
            TokenAlgorithm::Gost => self.gost.certificate(),
        }
    }
}

/// The keys in use, the next ones, and those of the past.
#[derive(Debug)]
pub(crate) struct KeyRing {
    current: Arc<Generation>,
    next: Option<Arc<Generation>>,
    old: Vec<Arc<Generation>>,
    /// Never published: signs what must be refused.
    foreign: Option<Arc<Generation>>,
    made: u32,
}

impl KeyRing {
    pub(crate) fn new(first: Generation) -> Self {
        let made = first.number;
        Self {
            current: Arc::new(first),
            next: None,
            old: Vec::new(),
            foreign: None,
            made,
        }
    }

    pub(crate) fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current)
    }

    /// Publishes the keys of the future without using them.
    pub(crate) fn prepare(&mut self, now: DateTime<Utc>) -> Result<Arc<Generation>, KeyError> {
        if let Some(next) = &self.next {
            return Ok(Arc::clone(next));
        }
        self.made += 1;
        let next = Arc::new(Generation::generate(self.made, now)?);
        self.next = Some(Arc::clone(&next));
        Ok(next)
    }

    /// Uses the next keys from now on; the old ones stay published.
    pub(crate) fn rotate(&mut self, now: DateTime<Utc>) -> Result<(), KeyError> {
        let next = self.prepare(now)?;
        self.next = None;
        self.old.push(std::mem::replace(&mut self.current, next));
        Ok(())
    }

    /// Publishes the old keys no more.
    pub(crate) fn retire(&mut self) {
        self.old.clear();
    }

    pub(crate) fn foreign(&mut self, now: DateTime<Utc>) -> Result<Arc<Generation>, KeyError> {
        if let Some(foreign) = &self.foreign {
            return Ok(Arc::clone(foreign));
        }
        let foreign = Arc::new(Generation::generate(0, now)?);
        self.foreign = Some(Arc::clone(&foreign));
        Ok(foreign)
    }

    fn published(&self) -> impl Iterator<Item = &Arc<Generation>> {
        self.old.iter().chain([&self.current]).chain(&self.next)
    }

    /// Names and contents of the published files: `rsa-1.pem`, `gost-1.pem`, ….
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        self.published()
            .flat_map(|keys| {
                [
                    ("rsa", TokenAlgorithm::Rs256),
                    ("gost", TokenAlgorithm::Gost),
                ]
                .map(|(name, algorithm)| {
                    let file = format!("{name}-{}.pem", keys.number);
                    (file, keys.certificate(algorithm).to_owned())
                })
            })
            .collect()
    }

    /// Published certificates of one algorithm, oldest first.
    pub(crate) fn certificates(&self, algorithm: TokenAlgorithm) -> Vec<String> {
        self.published()
            .map(|keys| keys.certificate(algorithm).to_owned())
            .collect()
    }
}
