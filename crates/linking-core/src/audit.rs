//! The audit trail: each change has exactly one record, written with it (invariant 8).

use serde::{Deserialize, Serialize};

use crate::{
    account::ContactKind,
    ids::{AccountId, AuditId, FlowId},
    provider::ProviderId,
    session::{AgentLabel, SignInWay},
    time::Timestamp,
};

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The owner of an account, signed in or proved in the act itself.
    Account(AccountId),
    /// Somebody who proved nothing.
    Visitor,
    /// The operator, by a command.
    Operator,
    /// The program itself, in consequence of an act of before.
    Program,
}

/// What was done. Holds codes and kinds, never values of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "act")]
pub enum Act {
    /// Signed in.
    SignedIn {
        /// How.
        way: SignInWay,
    },
    /// Signed out.
    SignedOut,
    /// Proved themselves once more.
    SteppedUp,
    /// Ended other sessions of their own.
    SessionsEnded,
    /// Made a link.
    Linked {
        /// To which provider.
        provider: ProviderId,
    },
    /// Ended a link.
    Unlinked {
        /// To which provider.
        provider: ProviderId,
    },
    /// Gave a link away to another account of the same person.
    MovedAway {
        /// To which provider.
        provider: ProviderId,
    },
    /// Linked to another identity of the provider than before.
    Replaced {
        /// To which provider.
        provider: ProviderId,
    },
    /// Chose which contacts of a provider the diary keeps.
    ContactsChosen {
        /// Whose contacts.
        provider: ProviderId,
        /// Which are kept now.
        kept: Vec<ContactKind>,
    },
    /// Was refused.
    Refused {
        /// The refusal's stable code; `password-unchecked` where the hasher failed, so that the
        /// try was taken back and nothing was refused.
        code: String,
        /// The provider, where one was in play.
        provider: Option<ProviderId>,
    },
    /// Gave first passwords to print.
    PasswordsPrinted,
    /// Changed the own password.
    PasswordChanged,
    /// Asked for a letter to restore a password; whether there is such an account is not looked
    /// at here.
    RestoreAsked,
    /// Made letters and their tickets, and is about to send them.
    LettersMade,
    /// Pressed «Это не я» in a letter.
    NotMe {
        /// Whose link ended, if the letter told of one that still stood.
        provider: Option<ProviderId>,
    },
    /// Imported registers.
    Imported,
    /// Put a backup back, and ended again what had ended since.
    Restored,
}

/// What the owner of an account reads in the own history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "notice")]
pub enum Notice {
    /// You signed in.
    SignedIn {
        /// How.
        way: SignInWay,
    },
    /// You signed out.
    SignedOut,
    /// The profile was linked.
    Linked {
        /// To which provider.
        provider: ProviderId,
    },
    /// The link was ended.
    Unlinked {
        /// To which provider.
        provider: ProviderId,
    },
    /// The link went to another account of yours.
    MovedAway {
        /// To which provider.
        provider: ProviderId,
    },
    /// The link goes to another identity than before.
    Replaced {
        /// To which provider.
        provider: ProviderId,
    },
    /// Login and password fitted, and the identity was another person's (`threats.md` F5).
    MismatchTried {
        /// Of which provider.
        provider: ProviderId,
    },
    /// Linking was refused for another reason.
    LinkRefused {
        /// Of which provider.
        provider: ProviderId,
        /// The refusal's stable code.
        code: String,
    },
    /// Somebody tried to link your identity to another account (E1).
    IdentityTriedElsewhere {
        /// Of which provider.
        provider: ProviderId,
    },
    /// Password sign-in was paused until then (F1).
    PasswordPaused {
        /// Until when.
        until: Timestamp,
    },
    /// Other sessions were ended.
    SessionsEnded,
    /// The kept contacts changed.
    ContactsChosen {
        /// Which are kept now.
        kept: Vec<ContactKind>,
    },
    /// At a sign-in over the link the provider's data did not agree with the diary's any more.
    DataParted {
        /// Of which provider.
        provider: ProviderId,
    },
    /// The school printed a new password.
    PasswordPrinted,
    /// The password was changed.
    PasswordChanged,
    /// A letter for a new password was asked for and sent.
    RestoreSent,
    /// The password lets nobody in any more: too often it came with other people's identities.
    PasswordExposed,
    /// «Это не я» was pressed in a letter: sessions are over, a new password is needed.
    NotMe,
}

impl Notice {
    /// The stable code: the tag under which it is kept.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "signed-in",
            Self::SignedOut => "signed-out",
            Self::Linked { .. } => "linked",
            Self::Unlinked { .. } => "unlinked",
            Self::MovedAway { .. } => "moved-away",
            Self::Replaced { .. } => "replaced",
            Self::MismatchTried { .. } => "mismatch-tried",
            Self::LinkRefused { .. } => "link-refused",
            Self::IdentityTriedElsewhere { .. } => "identity-tried-elsewhere",
            Self::PasswordPaused { .. } => "password-paused",
            Self::SessionsEnded => "sessions-ended",
            Self::ContactsChosen { .. } => "contacts-chosen",
            Self::DataParted { .. } => "data-parted",
            Self::PasswordPrinted => "password-printed",
            Self::PasswordChanged => "password-changed",
            Self::RestoreSent => "restore-sent",
            Self::PasswordExposed => "password-exposed",
            Self::NotMe => "not-me",
        }
    }
}

/// An account whose owner reads of the change in the own history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Whose history.
    pub account: AccountId,
    /// What it says.
    pub notice: Notice,
}

/// One record of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its identifier.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// What.
    pub act: Act,
    /// In which flow, if in one.
    pub flow: Option<FlowId>,
    /// From which browser; none for commands.
    pub agent: Option<AgentLabel>,
    /// Whose histories tell of it.
    pub concerns: Vec<Concern>,
}

/// One line of an own history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// The record it comes from; the position for paging.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub notice: Notice,
    /// From which browser.
    pub agent: Option<AgentLabel>,
}
