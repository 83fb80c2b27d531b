//! Ports: what the core needs from outside. Traits and their errors, nothing else.

mod attempts;
mod directory;
mod identity_provider;
mod mail;
mod register;
mod repeats;
mod secrets;
mod store;

pub use attempts::{AttemptCount, AttemptLimit, AttemptSpan, AttemptVerdict, Tried};
pub use directory::{Directory, OrganizationPage, OrganizationSearch};
pub use identity_provider::IdentityProvider;
pub use mail::{Due, LeasedDue, MailError, Mailer, Outbox, OutgoingLetter, Settled};
pub use register::{
    ImportCounts, NewMembership, NewOrganization, NewPassword, NewPerson, PrintScope, PrintedFor,
    Register,
};
pub use repeats::Repeats;
pub use secrets::{
    Clock, HashError, HashVerdict, IdSource, PasswordHasher, Purpose, Randomness, Sealed, Tag,
    Vault, VaultError,
};
pub use store::{IdentitySheet, LinkedAccount, Store, StoreError};

#[cfg(feature = "mocks")]
pub use self::{
    identity_provider::MockIdentityProvider, secrets::MockPasswordHasher, store::MockStore,
};
