//! Where a flow stands. The claims of a person live in these variants alone (invariant 9).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    account::Epoch,
    consent::GrantedConsent,
    ids::{AccountId, LinkId, SessionId},
    link::LinkOrigin,
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

/// What the person may do about a link that stands in the way of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayOut {
    /// The identity is another account's: «Это тоже мой профиль», with that one's password
    /// (`threats.md` E1).
    Move,
    /// The account has a link to another identity of the provider: «Заменить связь», with the
    /// account's password (E2).
    Replace {
        /// The account, proved in this flow.
        account: AccountId,
        /// Its epoch then.
        epoch: Epoch,
        /// Since when its link stands.
        since: Timestamp,
    },
}

impl WayOut {
    /// The way out of a refused link, if there is one. Whether the identity fits the account
    /// plays no part: the door would tell of it (`threats.md` F5). From the provider's side an
    /// identity with a link enters its account; one that was linked meanwhile is an outrun answer.
    #[must_use]
    pub fn of(
        refusal: &Refusal,
        origin: LinkOrigin,
        account: AccountId,
        epoch: Epoch,
    ) -> Option<Self> {
        match (refusal, origin) {
            (Refusal::IdentityLinkedElsewhere, LinkOrigin::FromSettings) => Some(Self::Move),
            (Refusal::AccountLinkedAlready { since }, _) => Some(Self::Replace {
                account,
                epoch,
                since: *since,
            }),
            _ => None,
        }
    }

    /// What the page says first.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::Move => Refusal::IdentityLinkedElsewhere,
            Self::Replace { since, .. } => Refusal::AccountLinkedAlready { since: *since },
        }
    }
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

/// What somebody sees of the end of a flow: what was done with an account is shown to its owner
/// alone (`threats.md` G17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenEnd<'a> {
    /// The own profile was linked at that time.
    Linked(Timestamp),
    /// The own contacts were chosen anew.
    ContactsChosen,
    /// The person proved themselves once more.
    SteppedUp,
    /// A rule said no for good.
    Refused(&'a Refusal),
    /// Somebody went away by a button.
    Cancelled,
    /// It is over; no more is told.
    Finished,
}

impl FlowEnd {
    /// What somebody sees of it who is signed in to that account, if to any.
    #[must_use]
    pub fn seen_by(&self, viewer: Option<AccountId>) -> SeenEnd<'_> {
        match self {
            Self::Linked { account, at, .. } if viewer == Some(*account) => SeenEnd::Linked(*at),
            Self::ContactsChosen { account } if viewer == Some(*account) => SeenEnd::ContactsChosen,
            Self::SteppedUp { account } if viewer == Some(*account) => SeenEnd::SteppedUp,
            Self::Refused(refusal) => SeenEnd::Refused(refusal),
            Self::Cancelled => SeenEnd::Cancelled,
            Self::Linked { .. }
            | Self::ContactsChosen { .. }
            | Self::SteppedUp { .. }
            | Self::SignedIn { .. } => SeenEnd::Finished,
        }
    }
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
    /// A sign-in on a shared computer: «Это вы?».
    Recognising {
        /// The verified answer.
        identity: Box<ProviderIdentity>,
    },
    /// From the settings: «Это вы?».
    Confirming {
        /// Who came.
        identity: Box<ProviderIdentity>,
    },
    /// A link stands in the way, and the person may move or replace it.
    Taken {
        /// Who came.
        identity: Box<ProviderIdentity>,
        /// To what the person agreed.
        consent: GrantedConsent,
        /// What they may do.
        way: WayOut,
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
    /// «Это вы?» before a sign-in.
    Recognising,
    /// «Это вы?» before a link.
    Confirming,
    /// A link stands in the way.
    Taken,
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
            Self::Recognising { .. } => FlowStepName::Recognising,
            Self::Confirming { .. } => FlowStepName::Confirming,
            Self::Taken { .. } => FlowStepName::Taken,
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn g17_an_end_is_told_to_its_owner_alone() {
        let owner = AccountId::from_uuid(Uuid::from_u128(1));
        let other = AccountId::from_uuid(Uuid::from_u128(2));
        let at = Timestamp::UNIX_EPOCH;
        let link = LinkId::from_uuid(Uuid::from_u128(3));
        let account = owner;
        for (end, seen) in [
            (FlowEnd::Linked { account, link, at }, SeenEnd::Linked(at)),
            (FlowEnd::ContactsChosen { account }, SeenEnd::ContactsChosen),
            (FlowEnd::SteppedUp { account }, SeenEnd::SteppedUp),
        ] {
            assert_eq!(end.seen_by(Some(owner)), seen);
            assert_eq!(end.seen_by(Some(other)), SeenEnd::Finished);
            assert_eq!(end.seen_by(None), SeenEnd::Finished);
        }
        let refused = FlowEnd::Refused(Refusal::ProviderOff);
        for viewer in [None, Some(owner)] {
            assert_eq!(
                refused.seen_by(viewer),
                SeenEnd::Refused(&Refusal::ProviderOff)
            );
            assert_eq!(FlowEnd::Cancelled.seen_by(viewer), SeenEnd::Cancelled);
        }
    }
}
