//! A flow: one attempt, from the first click to its end, bound to one browser.
//!
//! ```text
//! Asked ─claim─▶ Claimed ─┬─▶ NotLinked ─agree─▶ Proving ─┬─▶ ChoosingContacts ─▶ Closed
//!   ▲                     ├─▶ Recognising ─▶ Closed       │         ▲
//!   │                     ├─▶ Confirming ────────────────┤         │
//!   │                     │                      Taken ◀─┴─────────┤ (moved, replaced)
//!   └──── Interrupted ◀───┼────────────────────────────────────────┘ (contacts chosen anew)
//!        (another try)    └─▶ Closed
//! ```

mod steps;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{
    account::{AccountSheet, Epoch, Version},
    ids::{AccountId, FlowId, LinkId, OrganizationId, SessionId},
    link::{FlowState, WayOut},
    ports::Tag,
    provider::{ProviderId, ProviderState},
    region::RegionCode,
    session::Computer,
    time::{FLOW_LIFE, Timestamp},
};

/// What a flow is for, and to what it is bound beside its browser (`threats.md` A2, T4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowPurpose {
    /// To sign in; becomes a link where there is none yet.
    SignIn,
    /// To link from the settings.
    Link {
        /// The account, read at the start and from nowhere else.
        account: AccountId,
        /// The session that began it.
        session: SessionId,
        /// The account's epoch then.
        epoch: Epoch,
    },
    /// To take contacts anew over a standing link; the subject must be the link's.
    Refresh {
        /// The account.
        account: AccountId,
        /// The session that began it.
        session: SessionId,
        /// The account's epoch then.
        epoch: Epoch,
        /// The link.
        link: LinkId,
    },
    /// To prove oneself once more; the subject must be the link's.
    StepUp {
        /// The account.
        account: AccountId,
        /// The session that began it.
        session: SessionId,
        /// The account's epoch then.
        epoch: Epoch,
        /// The link.
        link: LinkId,
    },
}

impl FlowPurpose {
    /// The account, session and epoch to which the flow is bound, if it is.
    #[must_use]
    pub const fn bound_to(&self) -> Option<(AccountId, SessionId, Epoch)> {
        match self {
            Self::SignIn => None,
            Self::Link {
                account,
                session,
                epoch,
            }
            | Self::Refresh {
                account,
                session,
                epoch,
                ..
            }
            | Self::StepUp {
                account,
                session,
                epoch,
                ..
            } => Some((*account, *session, *epoch)),
        }
    }
}

/// The keyed tags of a ticket's two outer forms; the ticket itself is never stored (F7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTags {
    /// Of the token form.
    pub token: Tag,
    /// Of the UUID form.
    pub uuid: Tag,
}

/// Where the person said that they belong: harmless, and kept when a flow begins anew (G16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceHint {
    /// The region, whose policy holds until the account is known.
    pub region: RegionCode,
    /// The organisation, once chosen.
    pub organization: Option<OrganizationId>,
}

impl PlaceHint {
    /// Where an account belongs; none for somebody who belongs nowhere yet.
    #[must_use]
    pub fn of(sheet: &AccountSheet) -> Option<Self> {
        sheet.first_membership().map(|first| Self {
            region: first.organization.region.code.clone(),
            organization: Some(first.organization.id),
        })
    }
}

/// What a flow begins with.
#[derive(Debug, Clone)]
pub struct FlowStart {
    /// Its identifier.
    pub id: FlowId,
    /// The browser's keyed tag.
    pub browser: Tag,
    /// What it is for.
    pub purpose: FlowPurpose,
    /// Through which provider.
    pub provider: ProviderId,
    /// Where the person said that they belong.
    pub place: PlaceHint,
    /// The first ticket's tags.
    pub tickets: TicketTags,
    /// What the adapter needs when the answer comes.
    pub state: ProviderState,
    /// The present time.
    pub now: Timestamp,
    /// On whose computer it begins.
    pub computer: Computer,
}

/// One attempt. Fields are private: it changes by its steps alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFlow {
    id: FlowId,
    browser: Tag,
    purpose: FlowPurpose,
    provider: ProviderId,
    place: PlaceHint,
    tickets: TicketTags,
    begun_at: Timestamp,
    expires_at: Timestamp,
    prolonged: bool,
    /// Whether it has waited for a new local password already.
    #[serde(default)]
    awaited: bool,
    /// Of the identity that came, as the answer met it.
    #[serde(default)]
    anchor: Option<Version>,
    /// The number of the request in which the last answer came.
    #[serde(default)]
    report: Option<String>,
    /// On whose computer it was begun.
    #[serde(default)]
    computer: Computer,
    state: FlowState,
}

impl LinkFlow {
    /// Begins a flow whose browser is being sent to the provider.
    #[must_use]
    pub fn start(start: FlowStart) -> Self {
        Self {
            id: start.id,
            browser: start.browser,
            purpose: start.purpose,
            provider: start.provider,
            place: start.place,
            tickets: start.tickets,
            begun_at: start.now,
            expires_at: start.now + FLOW_LIFE,
            prolonged: false,
            awaited: false,
            anchor: None,
            report: None,
            computer: start.computer,
            state: FlowState::Asked { state: start.state },
        }
    }

    /// Its identifier; opens nothing.
    #[must_use]
    pub const fn id(&self) -> FlowId {
        self.id
    }
    /// The browser to which it is bound.
    #[must_use]
    pub const fn browser(&self) -> &Tag {
        &self.browser
    }
    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> &FlowPurpose {
        &self.purpose
    }
    /// Through which provider.
    #[must_use]
    pub const fn provider(&self) -> &ProviderId {
        &self.provider
    }
    /// Where the person said that they belong.
    #[must_use]
    pub const fn place(&self) -> &PlaceHint {
        &self.place
    }
    /// The present ticket's tags.
    #[must_use]
    pub const fn tickets(&self) -> &TicketTags {
        &self.tickets
    }
    /// When it began, or was last sent to the provider.
    #[must_use]
    pub const fn begun_at(&self) -> Timestamp {
        self.begun_at
    }
    /// On whose computer it was begun.
    #[must_use]
    pub const fn computer(&self) -> Computer {
        self.computer
    }
    /// When it ends by itself.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    /// The number of the request in which the last answer came.
    #[must_use]
    pub fn report(&self) -> Option<&str> {
        self.report.as_deref()
    }
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &FlowState {
        &self.state
    }

    /// Whether the identity that came was linked or unlinked since, or its linked account's
    /// identity data changed: the answer was given for other facts, and counts no more
    /// (`threats.md` E5).
    #[must_use]
    pub fn is_outrun(&self, anchor: Version) -> bool {
        self.anchor != Some(anchor)
    }

    /// Whether it can still go on, were there time.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, FlowState::Closed(_))
    }

    /// The account to which an open flow is bound: by its purpose, by the link that it made, or
    /// by the one that it may replace.
    #[must_use]
    pub fn bound_account(&self) -> Option<AccountId> {
        match &self.state {
            FlowState::Closed(_) => None,
            FlowState::ChoosingContacts { account, .. }
            | FlowState::Taken {
                way: WayOut::Replace { account, .. },
                ..
            } => Some(*account),
            FlowState::Asked { .. }
            | FlowState::Claimed { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Recognising { .. }
            | FlowState::Confirming { .. }
            | FlowState::Taken { .. } => self.purpose.bound_to().map(|(account, ..)| account),
        }
    }

    /// The account for which it was begun, open or over.
    #[must_use]
    pub fn made_for(&self) -> Option<AccountId> {
        self.purpose.bound_to().map(|(account, ..)| account)
    }

    /// Whether its life is over (`threats.md` G16): at the very instant it is.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Whether one press can still prolong it.
    #[must_use]
    pub const fn can_prolong(&self) -> bool {
        !self.prolonged && self.is_open()
    }

    /// Whether the server that judged the answer counts as lost.
    #[must_use]
    pub fn claim_is_lost(&self, now: Timestamp) -> bool {
        matches!(self.state, FlowState::Claimed { until } if now >= until)
    }
}
