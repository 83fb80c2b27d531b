//! Where a flow stands. The claims of a person live in these variants alone (invariant 9).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    consent::GrantedConsent,
    ids::{AccountId, LinkId, SessionId},
    provider::{ContactClaim, ProviderIdentity, ProviderState},
    refusal::Refusal,
    time::Timestamp,
};

/// Why a flow stands still and waits for another try at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interruption {
    /// The provider's answer led to a refusal that another try may mend.
    Refused(Refusal),
    /// The person signs out at the provider to come back as another.
    SwitchingIdentity,
}

/// How a flow ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowEnd {
    /// A linked person signed in; the session shows whether this browser still has it.
    SignedIn {
        /// Whose session began.
        account: AccountId,
        /// Which.
        session: SessionId,
    },
    /// A link was made, and the contact choice is over.
    Linked {
        /// Of which account.
        account: AccountId,
        /// The link.
        link: LinkId,
        /// When it was made.
        at: Timestamp,
    },
    /// The contacts of a linked provider were chosen anew.
    ContactsChosen {
        /// Of which account.
        account: AccountId,
    },
    /// The person proved themselves once more through the provider.
    SteppedUp {
        /// Of which account.
        account: AccountId,
    },
    /// A rule said no for good.
    Refused(Refusal),
    /// The person went away by a button.
    Cancelled,
}

/// Where a flow stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowState {
    /// The browser was sent to the provider.
    Asked {
        /// What the adapter needs when the answer comes.
        state: ProviderState,
    },
    /// An answer came and is being judged by one server: the single-use guard (A8).
    Claimed {
        /// After this time the server counts as lost.
        until: Timestamp,
    },
    /// Another try at the provider is open.
    Interrupted(Interruption),
    /// From the provider's side: verified, without a link; the person reads whose identity it is
    /// and what we ask for.
    NotLinked {
        /// Who came.
        identity: Box<ProviderIdentity>,
    },
    /// The person agreed, and is asked for the local password.
    Proving {
        /// Who came.
        identity: Box<ProviderIdentity>,
        /// To what they agreed.
        consent: GrantedConsent,
    },
    /// From the settings: «Это вы?».
    Confirming {
        /// Who came.
        identity: Box<ProviderIdentity>,
    },
    /// The link stands; the person may keep some contacts.
    ChoosingContacts {
        /// Of which account.
        account: AccountId,
        /// Through which link.
        link: LinkId,
        /// When the link was made; none where the contacts are chosen anew later.
        linked_at: Option<Timestamp>,
        /// What the provider gave.
        offered: Vec<ContactClaim>,
        /// Whose identity was linked, masked; dies with the offer.
        #[serde(default)]
        identity: Option<String>,
    },
    /// Over; holds no claims.
    Closed(FlowEnd),
}

/// The name of a state, for errors, pages and the matrix of `threats.md` E20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowStepName {
    /// Sent to the provider.
    Asked,
    /// Being judged.
    Claimed,
    /// Another try is open.
    Interrupted,
    /// «Дневник пока не связан».
    NotLinked,
    /// The local password.
    Proving,
    /// «Это вы?».
    Confirming,
    /// The contact choice.
    ChoosingContacts,
    /// Over.
    Closed,
}

impl FlowState {
    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> FlowStepName {
        match self {
            Self::Asked { .. } => FlowStepName::Asked,
            Self::Claimed { .. } => FlowStepName::Claimed,
            Self::Interrupted(_) => FlowStepName::Interrupted,
            Self::NotLinked { .. } => FlowStepName::NotLinked,
            Self::Proving { .. } => FlowStepName::Proving,
            Self::Confirming { .. } => FlowStepName::Confirming,
            Self::ChoosingContacts { .. } => FlowStepName::ChoosingContacts,
            Self::Closed(_) => FlowStepName::Closed,
        }
    }
}

/// A step was asked for that the flow's state does not have: the page of the present step is
/// the answer (`threats.md` E20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the flow stands at {at:?}, where this step is not")]
pub struct FlowStateError {
    /// Where it stands.
    pub at: FlowStepName,
}
