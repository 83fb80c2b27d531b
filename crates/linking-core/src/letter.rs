//! Letters: what they are about, and the tickets in them. A ticket is a secret that only the
//! letter holds; its record knows a keyed tag (`threats.md` F7).

mod decide;

pub use decide::{NotMeDecision, NotMeFacts, RestoreFacts, decide_not_me, decide_restore};

use serde::{Deserialize, Serialize};

use crate::{
    account::Epoch,
    ids::{AccountId, FlowId, LinkId, RestoreId},
    ports::Tag,
    provider::ProviderId,
    secret::SecretText,
    session::{AgentLabel, SignInWay},
    time::Timestamp,
};

/// What a ticket opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "opens")]
pub enum TicketPurpose {
    /// A new password.
    Restore {
        /// The account's epoch when it was sent: a later one makes it void (`threats.md` D2).
        epoch: Epoch,
        /// The flow that waits for the new password.
        flow: Option<FlowId>,
    },
    /// «Это не я».
    NotMe {
        /// The link of which the letter told.
        link: Option<LinkId>,
    },
}

/// The ticket of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The keyed tag of its secret.
    pub secret: Tag,
    /// Whose account.
    pub account: AccountId,
    /// The keyed tag of the address to which it went.
    pub address: Tag,
    /// What it opens.
    pub purpose: TicketPurpose,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When it was used up.
    pub used_at: Option<Timestamp>,
}

/// Somebody asked for a new password. Whether there is such an account is looked at later, so that
/// the answer's work is the same for everybody (`threats.md` F3, F4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreRequest {
    /// Its identifier, the key of each delivery.
    pub id: RestoreId,
    /// When.
    pub at: Timestamp,
    /// What was typed: a login or an address. Kept sealed, and no longer than it takes to send.
    pub typed: SecretText,
    /// The flow that waits for the new password.
    pub flow: Option<FlowId>,
    /// From which browser.
    pub agent: AgentLabel,
}

/// What a letter is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterKind {
    /// The profile was linked.
    Linked {
        /// To which provider.
        provider: ProviderId,
    },
    /// The link was ended.
    Unlinked {
        /// To which provider.
        provider: ProviderId,
        /// By what the person signs in now.
        ways: Vec<SignInWay>,
    },
    /// The link was ended: its identity went to another account.
    MovedAway {
        /// To which provider.
        provider: ProviderId,
        /// By what the person signs in now.
        ways: Vec<SignInWay>,
    },
    /// The link gave way to a new one.
    Replaced {
        /// To which provider.
        provider: ProviderId,
    },
    /// Login and password fitted, and the identity was another person's.
    MismatchTried {
        /// Of which provider.
        provider: ProviderId,
    },
    /// Somebody tried to link your identity to another account.
    IdentityTriedElsewhere {
        /// Of which provider.
        provider: ProviderId,
    },
    /// Password sign-in was paused.
    PasswordPaused {
        /// Until when.
        until: Timestamp,
    },
    /// The password was changed.
    PasswordChanged,
    /// The way to a new password.
    Restore,
}
