//! Where an account belongs, and who answers for whom.

use serde::{Deserialize, Serialize};

use crate::{
    account::Profile,
    ids::{AccountId, MembershipId},
    region::{ClassName, Organization},
};

/// What a person is in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Teaches.
    Teacher,
    /// Works there otherwise.
    Staff,
    /// Learns there.
    Pupil,
    /// Answers for a pupil.
    Parent,
    /// Administers the organisation's diary.
    Administrator,
    /// Works in an education authority.
    AuthorityOfficer,
    /// Helps people with the program.
    Support,
}

impl Role {
    /// Every role, in the order of this enum.
    pub const ALL: [Self; 7] = [
        Self::Teacher,
        Self::Staff,
        Self::Pupil,
        Self::Parent,
        Self::Administrator,
        Self::AuthorityOfficer,
        Self::Support,
    ];

    /// The stable name in files and message keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Staff => "staff",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::Administrator => "administrator",
            Self::AuthorityOfficer => "authority-officer",
            Self::Support => "support",
        }
    }

    /// Reads a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// An account in an organisation with a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its identifier.
    pub id: MembershipId,
    /// The organisation, with its region.
    pub organization: Organization,
    /// What the person is there.
    pub role: Role,
    /// The class of a pupil, or the own class of a class teacher.
    pub class: Option<ClassName>,
}

/// A parent's account that answers for a pupil's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guardianship {
    /// The parent or guardian.
    pub guardian: AccountId,
    /// The pupil.
    pub pupil: AccountId,
}

/// A guardian or a child of an account by the school's records, with the record to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// The relative's account.
    pub account: AccountId,
    /// What the school knows of them.
    pub profile: Profile,
}

/// The people tied to an account by guardianship, for the mix-up check (`threats.md` E11).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Family {
    /// Who answers for the account's owner.
    pub guardians: Vec<Relative>,
    /// For whom the account's owner answers.
    pub children: Vec<Relative>,
}
