//! The port through which registers come in and first passwords go out. Used by commands, never
//! by pages.

use std::fmt;

use async_trait::async_trait;

use crate::{
    account::{AccountStatus, LocalPassword, Profile, Role},
    audit::AuditRecord,
    ids::AccountId,
    person::Login,
    ports::StoreError,
    region::{
        ClassName, ExternalId, Locality, OrganizationName, OrganizationType, Region, RegionCode,
    },
};

/// A row of the organisations' register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganization {
    /// The region.
    pub region: Region,
    /// What the register calls it; with the region's code its key.
    pub external_id: ExternalId,
    /// City or village.
    pub locality: Locality,
    /// Its name.
    pub name: OrganizationName,
    /// School or authority.
    pub kind: OrganizationType,
}

/// A person's place, by the organisation's external id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMembership {
    /// The organisation's region.
    pub region: RegionCode,
    /// The organisation.
    pub organization: ExternalId,
    /// What the person is there.
    pub role: Role,
    /// The class.
    pub class: Option<ClassName>,
}

/// A row of the people's register: makes the account, or brings its register data up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The login: its key.
    pub login: Login,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// What the school knows of the person.
    pub profile: Profile,
    /// Where the person belongs; replaces what was there.
    pub memberships: Vec<NewMembership>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// Rows that made a record.
    pub added: u64,
    /// Rows that changed one.
    pub changed: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
}

/// For whom first passwords are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintScope {
    /// One person.
    Person(Login),
    /// A class of an organisation.
    Class(RegionCode, ExternalId, ClassName),
    /// A whole organisation.
    Organization(RegionCode, ExternalId),
}

/// A person for whom a first password is to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedFor {
    /// The account.
    pub account: AccountId,
    /// The login to print.
    pub login: Login,
    /// The name to print, as one line.
    pub display_name: String,
    /// The class to print.
    pub class: Option<ClassName>,
    /// Whether the account has a password of its owner's choice already.
    pub has_own_password: bool,
}

/// A first password for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// The account.
    pub account: AccountId,
    /// Its password from now on.
    pub password: LocalPassword,
}

/// Takes registers in, in batches: each call is one transaction with one audit record.
#[async_trait]
pub trait Register: fmt::Debug + Send + Sync {
    /// Adds or updates organisations.
    async fn put_organizations(
        &self,
        batch: Vec<NewOrganization>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError>;

    /// Adds or updates people. A membership in an unknown organisation is
    /// [`StoreError::UnknownReference`], and nothing of the batch is written.
    async fn put_people(
        &self,
        batch: Vec<NewPerson>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError>;

    /// Adds guardianships by the logins of guardian and pupil; unknown ones as above.
    async fn put_guardianships(
        &self,
        batch: Vec<(Login, Login)>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError>;

    /// Who is in the scope, by class and name; active accounts only.
    async fn printed_for(&self, scope: &PrintScope) -> Result<Vec<PrintedFor>, StoreError>;

    /// Sets first passwords: raises the epochs, ends sessions and open flows.
    async fn put_passwords(
        &self,
        batch: Vec<NewPassword>,
        audit: AuditRecord,
    ) -> Result<(), StoreError>;
}
