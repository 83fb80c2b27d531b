//! Events: what other parts act on after a change, from an outbox of the same transaction
//! (`architecture.md`, decision 5). They hold ids, codes and times only.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, EventId, LinkId},
    provider::ProviderId,
    session::AgentLabel,
    time::Timestamp,
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum EventBody {
    /// A link was made.
    Linked {
        /// The link.
        link: LinkId,
        /// To which provider.
        provider: ProviderId,
    },
    /// A link was ended.
    Unlinked {
        /// The link.
        link: LinkId,
        /// To which provider.
        provider: ProviderId,
    },
    /// A link was ended: its identity went to another account.
    MovedAway {
        /// The link.
        link: LinkId,
        /// To which provider.
        provider: ProviderId,
    },
    /// A link took the place of another one.
    Replaced {
        /// The one that ended.
        ended: LinkId,
        /// The new one.
        link: LinkId,
        /// To which provider.
        provider: ProviderId,
    },
    /// A right password came with another person's identity.
    MismatchTried {
        /// Of which provider.
        provider: ProviderId,
    },
    /// Password sign-in was paused until then, the first time within the hour.
    PasswordPaused {
        /// Until when.
        until: Timestamp,
    },
    /// The password was changed, set or restored.
    PasswordChanged,
    /// Another account tried to link this account's identity.
    IdentityTriedElsewhere {
        /// Of which provider.
        provider: ProviderId,
    },
}

/// An event with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its identifier, the key of each delivery.
    pub id: EventId,
    /// The account it is about; order is kept for each account.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// From which browser; none for commands.
    pub agent: Option<AgentLabel>,
    /// What.
    pub body: EventBody,
}
