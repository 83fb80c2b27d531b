//! A hash with its parameters, and its text form (PHC string).

use std::fmt;

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, Version,
    password_hash::phc::{self, Output, ParamsString, Salt},
};
use linking_core::{
    account::PasswordHash,
    ports::{HashError, Randomness},
    secret::Password,
};
use zeroize::Zeroizing;

use super::pool::Memory;

/// Octets of a salt (RFC 9106, 3.1).
pub(super) const SALT: usize = 16;
/// Octets of a hash.
const OUTPUT: usize = 32;
/// A stored hash that asks for more is not believed: it would take the server down.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
/// Likewise.
const MOST_PASSES: u32 = 64;

/// A hash, its salt and its parameters.
#[derive(Clone)]
pub(super) struct StoredHash {
    params: Params,
    salt: Salt,
    output: Output,
}

impl StoredHash {
    /// Hashes a password.
    pub(super) fn make(
        password: &Password,
        salt: &[u8; SALT],
        params: Params,
        memory: &mut Memory,
    ) -> Result<Self, HashError> {
        let salt = Salt::new(salt).map_err(|_| HashError::Unreadable)?;
        let output = computed(password, &salt, OUTPUT, &params, memory)?;
        Ok(Self {
            params,
            salt,
            output,
        })
    }

    /// A hash of no password: checking against it costs what checking against a real one costs.
    pub(super) fn of_nothing(params: &Params, random: &dyn Randomness) -> Self {
        let mut octets = [0; SALT + OUTPUT];
        random.fill(&mut octets);
        let (salt, output) = octets.split_at(SALT);
        let too_long = "salt and output have the lengths that a PHC string takes";
        #[expect(clippy::expect_used, reason = "both lengths are constants")]
        Self {
            params: params.clone(),
            salt: Salt::new(salt).expect(too_long),
            output: Output::new(output).expect(too_long),
        }
    }

    /// Reads the text form: Argon2id, version 19, alone.
    pub(super) fn read(text: &PasswordHash) -> Result<Self, HashError> {
        let read = || {
            let hash = phc::PasswordHash::new(text.expose()).ok()?;
            let params = Params::try_from(&hash).ok()?;
            let sound = hash.algorithm == ARGON2ID_IDENT
                && hash.version == Some(u32::from(Version::V0x13))
                && params.m_cost() <= MOST_MEMORY_KIB
                && params.t_cost() <= MOST_PASSES;
            sound.then_some(Self {
                params,
                salt: hash.salt?,
                output: hash.hash?,
            })
        };
        read().ok_or(HashError::Unreadable)
    }

    /// The text form, for the store.
    pub(super) fn to_phc(&self) -> Result<PasswordHash, HashError> {
        let params = ParamsString::try_from(&self.params).map_err(|_| HashError::Unreadable)?;
        let hash = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params,
            salt: Some(self.salt),
            hash: Some(self.output),
        };
        Ok(PasswordHash::new(hash.to_string()))
    }

    /// Whether it is of this password; compared in constant time.
    pub(super) fn is_of(
        &self,
        password: &Password,
        memory: &mut Memory,
    ) -> Result<bool, HashError> {
        let length = self.output.as_ref().len();
        let output = computed(password, &self.salt, length, &self.params, memory)?;
        Ok(output == self.output)
    }
}

fn computed(
    password: &Password,
    salt: &Salt,
    length: usize,
    params: &Params,
    memory: &mut Memory,
) -> Result<Output, HashError> {
    let mut octets = Zeroizing::new(vec![0; length]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(
            password.expose().as_bytes(),
            salt,
            &mut octets,
            memory.blocks(params.block_count()),
        )
        .map_err(|_| HashError::Unreadable)?;
    memory.count();
    Output::new(&octets).map_err(|_| HashError::Unreadable)
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}
