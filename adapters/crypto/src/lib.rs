//! What the core's ports of secrets need from outside: Argon2id, the vault with its key file,
//! the system's clock, UUID version 7, and the system's randomness.
//!
//! ```
//! use linking_core::ports::{Purpose, Vault};
//! use linking_core::secret::SecretBytes;
//! use linking_crypto::{KeyVault, SystemRandom};
//!
//! # fn main() -> Result<(), linking_crypto::KeyTextError> {
//! let text = KeyVault::generate(&SystemRandom);
//! let vault = KeyVault::from_text(text.expose())?;
//! let sealed = vault.seal(Purpose::FlowState, b"flow 1", &SecretBytes::new(b"state".to_vec()));
//! let opened = vault.open(Purpose::FlowState, b"flow 1", &sealed);
//! assert_eq!(opened.map(|plain| plain.expose().to_vec()), Ok(b"state".to_vec()));
//! assert!(vault.open(Purpose::FlowState, b"flow 2", &sealed).is_err());
//! # Ok(())
//! # }
//! ```

mod clock;
mod hasher;
mod ids;
mod owner;
mod random;
mod vault;

pub use clock::SystemClock;
pub use hasher::{Argon2Hasher, HashSettings, HasherStartError};
pub use ids::UuidV7Source;
pub use owner::give_to_owner_of;
pub use random::SystemRandom;
pub use vault::{KeyFileError, KeyTextError, KeyTextFault, KeyVault};
