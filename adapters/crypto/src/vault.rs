//! The keys of the installation.
//!
//! A key file holds one master key in each line. From every master key come, by HKDF-Expand with
//! SHA-256 (RFC 5869, 2.3), one key for each [`Purpose`] to seal with and another one for tags:
//! what one key gives away tells nothing of the others. Sealing is XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03), whose nonces of 192 bits may be drawn at random. One key seals
//! and tags: the newest, or the one that a line `seal-with: 2` names. Every key of the file opens,
//! and finds by its tags what was written while it was in force (`threats.md` I6).

mod edit;
mod key_file;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, path::Path};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac as _};
use linking_core::{
    ports::{Purpose, Randomness, Sealed, Tag, Vault, VaultError},
    secret::{Secret256, SecretBytes, SecretText},
};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random::SystemRandom;
pub use key_file::{KeyFileError, KeyTextError, KeyTextFault};

/// Octets of a nonce.
const NONCE: usize = 24;

/// What a purpose is called in keys and associated data: never changed, or nothing opens.
const fn label(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::FlowState => "flow-state",
        Purpose::SnilsSeal => "snils-seal",
        Purpose::ProfileSeal => "profile-seal",
        Purpose::SnilsTag => "snils-tag",
        Purpose::Ticket => "ticket",
        Purpose::Browser => "browser",
        Purpose::Session => "session",
        Purpose::Attempts => "attempts",
        Purpose::FormToken => "form-token",
        Purpose::Repeat => "repeat",
        Purpose::ReplySeal => "reply-seal",
        Purpose::EmailTag => "email-tag",
        Purpose::Letter => "letter",
        Purpose::RestoreRequest => "restore-request",
        Purpose::Told => "told",
    }
}

/// A key of 256 bits, wiped when dropped.
type Key = Zeroizing<[u8; 32]>;

/// A master key. Kept as HMAC's state, which wipes itself when dropped.
struct MasterKey(Hmac<Sha256>);

impl MasterKey {
    fn new(secret: &Secret256) -> Self {
        Self(mac(secret.expose()))
    }

    /// The first block of HKDF-Expand. A master key is random as it is: nothing to extract.
    fn derive(&self, kind: &str, purpose: Purpose) -> Key {
        let mut mac = self.0.clone();
        for part in ["svyazka ", kind, " ", label(purpose)] {
            mac.update(part.as_bytes());
        }
        mac.update(&[1]);
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    fn cipher(&self, purpose: Purpose) -> XChaCha20Poly1305 {
        let key = self.derive("seal", purpose);
        XChaCha20Poly1305::new((&*key).into())
    }

    /// Tells keys apart without telling the key: 64 bits of a value that nothing else uses.
    fn fingerprint(&self) -> String {
        let mut mac = self.0.clone();
        mac.update(b"svyazka fingerprint");
        mac.update(&[1]);
        let whole: Key = Zeroizing::new(mac.finalize().into_bytes().into());
        whole.iter().take(8).fold(String::new(), |mut text, octet| {
            // Writing into a string does not fail.
            let _ = fmt::Write::write_fmt(&mut text, format_args!("{octet:02x}"));
            text
        })
    }

    fn tag(&self, purpose: Purpose, value: &[u8]) -> [u8; 32] {
        let mut mac = mac(&self.derive("tag", purpose));
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

/// HMAC-SHA-256 with a key of 32 octets.
fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    // RFC 2104 fills a key up with zeros to the hash's block: in this form there is no error.
    let mut block = Zeroizing::new([0; 64]);
    for (octet, from) in block.iter_mut().zip(key) {
        *octet = *from;
    }
    Hmac::new((&*block).into())
}

/// What a ciphertext is bound to beside its key: version, purpose, record. A label has no zero
/// octet, so that no two triples read alike.
fn bound(version: u8, purpose: Purpose, record: &[u8]) -> Vec<u8> {
    let mut bound = vec![version];
    bound.extend_from_slice(label(purpose).as_bytes());
    bound.push(0);
    bound.extend_from_slice(record);
    bound
}

/// The keys of the installation, from a key file outside the database.
pub struct KeyVault {
    in_force: (u8, MasterKey),
    others: BTreeMap<u8, MasterKey>,
}

impl KeyVault {
    /// Reads a key file.
    ///
    /// # Errors
    /// The file does not read, others may read it, or a line of it is no key.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        key_file::load(path)
    }

    /// Reads the text of a key file: in each line a version from 1 to 255, a colon, and 64
    /// lower-case hex digits; and at most once `seal-with:` and the version that is in force,
    /// where it is not the newest. Blank lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    /// A line is no key, or there is none. No text of an error repeats what a line holds.
    pub fn from_text(text: &str) -> Result<Self, KeyTextError> {
        let parsed = key_file::parse(text)?;
        let mut keys: BTreeMap<u8, MasterKey> = parsed
            .keys
            .iter()
            .map(|(version, secret)| (*version, MasterKey::new(secret)))
            .collect();
        let in_force = match parsed.seal_with {
            Some(version) => keys.remove_entry(&version),
            None => keys.pop_last(),
        };
        Ok(Self {
            in_force: in_force.ok_or(KeyTextError::NoKey)?,
            others: keys,
        })
    }

    /// The text of a new key file with one key.
    #[must_use]
    pub fn generate(random: &dyn Randomness) -> SecretText {
        key_file::generate(random)
    }

    /// Makes a key file with one new key that only its owner may read.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn create(path: &Path, random: &dyn Randomness) -> Result<Self, KeyFileError> {
        key_file::create(path, random)
    }

    /// Adds a new key to a key file, with the next version; the key in force stays in force. Gives
    /// the version.
    ///
    /// # Errors
    /// The file cannot be read or written, or version 255 is taken.
    pub fn add_key(path: &Path, random: &dyn Randomness) -> Result<u8, KeyFileError> {
        edit::add(path, random)
    }

    /// Puts a key of a key file in force.
    ///
    /// # Errors
    /// The file cannot be read or written, or has no such key.
    pub fn put_in_force(path: &Path, version: u8) -> Result<(), KeyFileError> {
        edit::put_in_force(path, version)
    }

    /// Removes a key from a key file. Whether anything still needs it, the caller knows.
    ///
    /// # Errors
    /// The file cannot be read or written, or the key is in force, or is not there.
    pub fn remove_key(path: &Path, version: u8) -> Result<(), KeyFileError> {
        edit::remove(path, version)
    }

    /// The version that seals and tags.
    #[must_use]
    pub const fn version_in_force(&self) -> u8 {
        self.in_force.0
    }

    /// Every key's fingerprint, by version: tells keys apart, and may be shown.
    #[must_use]
    pub fn fingerprints(&self) -> BTreeMap<u8, String> {
        let (version, key) = &self.in_force;
        std::iter::once((version, key))
            .chain(&self.others)
            .map(|(version, key)| (*version, key.fingerprint()))
            .collect()
    }

    fn key(&self, version: u8) -> Option<&MasterKey> {
        if version == self.in_force.0 {
            Some(&self.in_force.1)
        } else {
            self.others.get(&version)
        }
    }
}

impl Vault for KeyVault {
    #[expect(
        clippy::expect_used,
        reason = "the cipher refuses nothing but more than 256 GiB, which no memory holds"
    )]
    fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &SecretBytes) -> Sealed {
        let (version, key) = &self.in_force;
        let mut nonce = [0; NONCE];
        SystemRandom.fill(&mut nonce);
        let payload = Payload {
            msg: plain.expose(),
            aad: &bound(*version, purpose, bound_to),
        };
        let ciphertext = key
            .cipher(purpose)
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a text of less than 256 GiB");
        Sealed::new([&[*version], nonce.as_slice(), &ciphertext].concat())
    }

    fn open(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        sealed: &Sealed,
    ) -> Result<SecretBytes, VaultError> {
        let (version, rest) = sealed
            .octets()
            .split_first()
            .ok_or(VaultError::DoesNotOpen)?;
        let key = self.key(*version).ok_or(VaultError::UnknownKey(*version))?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(VaultError::DoesNotOpen)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &bound(*version, purpose, bound_to),
        };
        key.cipher(purpose)
            .decrypt(&XNonce::from(*nonce), payload)
            .map(SecretBytes::new)
            .map_err(|_| VaultError::DoesNotOpen)
    }

    fn tag(&self, purpose: Purpose, value: &[u8]) -> Tag {
        let (version, key) = &self.in_force;
        Tag::new(*version, key.tag(purpose, value))
    }

    fn other_tags(&self, purpose: Purpose, value: &[u8]) -> Vec<Tag> {
        let others = self.others.iter();
        others
            .map(|(version, key)| Tag::new(*version, key.tag(purpose, value)))
            .collect()
    }
}

impl fmt::Debug for KeyVault {
    /// Versions alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyVault")
            .field("in_force", &self.in_force.0)
            .field("others", &self.others.keys().collect::<Vec<_>>())
            .finish()
    }
}
