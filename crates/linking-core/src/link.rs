//! Links and the flows that make them.

mod comparison;
mod decide_link;
mod decide_move;
mod decide_unlink;
mod flow;
mod flow_state;

pub use comparison::{IdentityComparison, compare_identity};
pub use decide_link::{
    ConsentFact, ExistingLink, LinkDecision, LinkFacts, LocalProof, decide_link,
};
pub use decide_move::{HolderFacts, decide_holder, decide_move, decide_replace};
pub use decide_unlink::{UnlinkFacts, decide_unlink};
pub use flow::{FlowPurpose, FlowStart, LinkFlow, PlaceHint, TicketTags};
pub use flow_state::{
    FlowEnd, FlowState, FlowStateError, FlowStepName, Interruption, SeenEnd, WayOut,
};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, LinkId},
    provider::{AssuranceLevel, IdentityKey, ProviderId},
    time::Timestamp,
};

/// By which proofs a link was made (invariant 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkOrigin {
    /// From the provider's side: its answer and the local password.
    FromProvider,
    /// From the settings: a recent session and the provider's answer.
    FromSettings,
}

/// Why a link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkEnd {
    /// Its owner unlinked.
    Unlinked,
    /// Its owner said that somebody else had made it («Это не я»).
    NotMe,
    /// Its owner took the identity to another account of theirs.
    Moved,
    /// Its owner linked the account to another identity.
    Replaced,
    /// Its account was archived.
    AccountArchived,
}

/// Account ↔ (issuer, subject). Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its identifier.
    pub id: LinkId,
    /// The account.
    pub account: AccountId,
    /// The provider through whose adapter it was made.
    pub provider: ProviderId,
    /// The identity.
    pub identity: IdentityKey,
    /// The level when it was made or last used.
    pub assurance: AssuranceLevel,
    /// By which proofs.
    pub origin: LinkOrigin,
    /// When.
    pub linked_at: Timestamp,
    /// When it last signed its owner in.
    pub used_at: Option<Timestamp>,
}
