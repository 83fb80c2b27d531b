//! What a page needs to know of a flow.

use chrono::TimeDelta;

use crate::{
    account::{ContactKind, Profile},
    ids::FlowId,
    link::{FlowEnd, FlowPurpose, FlowState, Interruption, LinkFlow, PlaceHint, WayOut},
    provider::{ContactClaim, ProviderId, Verification},
    refusal::Refusal,
    sign_in::PauseOf,
    time::{FLOW_LIFE, Timestamp},
    usecase::StartOrder,
};

/// A contact that the person may keep, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedContact {
    /// Which.
    pub kind: ContactKind,
    /// Its masked form.
    pub masked: String,
    /// Whether the provider has checked it.
    pub verification: Verification,
}

impl From<&ContactClaim> for OfferedContact {
    fn from(claim: &ContactClaim) -> Self {
        Self {
            kind: claim.value.kind(),
            masked: claim.value.masked(),
            verification: claim.verification,
        }
    }
}

/// The page on which a flow stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowStep {
    /// The browser is at the provider; or came back by the back button.
    AtProvider,
    /// The answer is being judged this moment.
    Judging,
    /// A refusal that another try may mend.
    TryAgain(Refusal),
    /// The person signs out at the provider to come back as another.
    SwitchingIdentity,
    /// «Дневник пока не связан».
    NotLinked {
        /// Whose identity it is: «Светлана В. Д.».
        identity: String,
    },
    /// The local password.
    Prove {
        /// Whose identity it is.
        identity: String,
    },
    /// «Это вы?» before a sign-in on a shared computer.
    Recognise {
        /// Whose identity it is.
        identity: String,
    },
    /// «Это вы?» before a link.
    Confirm {
        /// Whose identity it is.
        identity: String,
    },
    /// A link stands in the way: a refusal with a way out.
    Taken {
        /// Whose identity it is.
        identity: String,
        /// What the person may do.
        way: WayOut,
    },
    /// The contact choice.
    ChooseContacts {
        /// What the provider gave.
        offered: Vec<OfferedContact>,
        /// When the link was made, if in this flow.
        linked_at: Option<Timestamp>,
        /// Whose identity was linked in this flow.
        identity: Option<String>,
    },
    /// Over.
    Done(FlowEnd),
}

impl FlowStep {
    /// Whether its act needs a recent proof of the signed-in person, so that the page of the
    /// step-up may stand before it (`threats.md` E3).
    #[must_use]
    pub const fn needs_recent_proof(&self) -> bool {
        match self {
            Self::Confirm { .. }
            | Self::Taken {
                way: WayOut::Move, ..
            } => true,
            Self::AtProvider
            | Self::Judging
            | Self::TryAgain(_)
            | Self::SwitchingIdentity
            | Self::NotLinked { .. }
            | Self::Prove { .. }
            | Self::Recognise { .. }
            | Self::Taken {
                way: WayOut::Replace { .. },
                ..
            }
            | Self::ChooseContacts { .. }
            | Self::Done(_) => false,
        }
    }
}

/// A flow as pages see it: no claim but masks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowView {
    /// Its identifier, for addresses.
    pub id: FlowId,
    /// What it is for.
    pub purpose: FlowPurpose,
    /// Through which provider.
    pub provider: ProviderId,
    /// Where the person said that they belong.
    pub place: PlaceHint,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Whether «Ещё 15 минут» is still there.
    pub can_prolong: bool,
    /// The number of the request in which the last answer came.
    pub report: Option<String>,
    /// The page.
    pub step: FlowStep,
}

impl FlowView {
    /// Whether the browser can be sent to the provider once more, in this same flow.
    #[must_use]
    pub const fn can_retry(&self) -> bool {
        !matches!(self.step, FlowStep::Done(_))
    }

    /// What would begin another flow for the same purpose.
    #[must_use]
    pub const fn order(&self) -> StartOrder {
        match self.purpose {
            FlowPurpose::SignIn => StartOrder::SignIn,
            FlowPurpose::Link { .. } => StartOrder::Link,
            FlowPurpose::Refresh { .. } => StartOrder::Refresh,
            FlowPurpose::StepUp { .. } => StartOrder::StepUp,
        }
    }

    /// What a pause shuts that was met in this flow. A flow is ended by one of linking alone; in
    /// one that goes on, the length tells.
    #[must_use]
    pub fn pause_of(&self, until: Timestamp, now: Timestamp) -> PauseOf {
        match self.step {
            FlowStep::Done(_) => PauseOf::Linking,
            _ => PauseOf::until(until, now),
        }
    }

    /// Whether the provider's answer is still there after a pause, with the time that one press
    /// can add.
    #[must_use]
    pub fn outlasts(&self, until: Timestamp) -> bool {
        let more = if self.can_prolong {
            FLOW_LIFE
        } else {
            TimeDelta::zero()
        };
        !matches!(self.step, FlowStep::Done(_)) && until < self.expires_at + more
    }

    /// Which of the offered contacts are ticked beforehand: what the person kept before, when the
    /// contacts are taken anew; in a new link none (`threats.md` E18).
    #[must_use]
    pub fn ticked_beforehand(&self, profile: Option<&Profile>) -> Vec<ContactKind> {
        let refreshes = matches!(self.purpose, FlowPurpose::Refresh { .. });
        profile
            .filter(|_| refreshes)
            .map_or_else(Vec::new, |profile| {
                let contacts = profile.contacts_from(&self.provider);
                contacts.map(|contact| contact.value.kind()).collect()
            })
    }

    /// The view of a flow at an instant.
    #[must_use]
    pub fn of(flow: &LinkFlow, now: Timestamp) -> Self {
        let step = match flow.state() {
            FlowState::Asked { .. } => FlowStep::AtProvider,
            FlowState::Claimed { .. } if flow.claim_is_lost(now) => {
                FlowStep::TryAgain(Refusal::ProviderUnavailable)
            }
            FlowState::Claimed { .. } => FlowStep::Judging,
            FlowState::Interrupted(Interruption::Refused(refusal)) => {
                FlowStep::TryAgain(refusal.clone())
            }
            FlowState::Interrupted(Interruption::SwitchingIdentity) => FlowStep::SwitchingIdentity,
            FlowState::NotLinked { identity } => FlowStep::NotLinked {
                identity: identity.masked_name(),
            },
            FlowState::Proving { identity, .. } => FlowStep::Prove {
                identity: identity.masked_name(),
            },
            FlowState::Recognising { identity } => FlowStep::Recognise {
                identity: identity.masked_name(),
            },
            FlowState::Confirming { identity } => FlowStep::Confirm {
                identity: identity.masked_name(),
            },
            FlowState::Taken { identity, way, .. } => FlowStep::Taken {
                identity: identity.masked_name(),
                way: way.clone(),
            },
            FlowState::ChoosingContacts {
                offered,
                linked_at,
                identity,
                ..
            } => FlowStep::ChooseContacts {
                offered: offered.iter().map(OfferedContact::from).collect(),
                linked_at: *linked_at,
                identity: identity.clone(),
            },
            FlowState::Closed(end) => FlowStep::Done(end.clone()),
        };
        Self {
            id: flow.id(),
            purpose: flow.purpose().clone(),
            provider: flow.provider().clone(),
            place: flow.place().clone(),
            expires_at: flow.expires_at(),
            can_prolong: flow.can_prolong(),
            report: flow.report().map(str::to_owned),
            step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::Epoch,
        link::{FlowStart, TicketTags},
        provider::ProviderState,
        samples::*,
    };

    fn view(purpose: FlowPurpose) -> FlowView {
        let flow = LinkFlow::start(FlowStart {
            computer: crate::session::Computer::Own,
            id: id(1),
            browser: tag(1),
            purpose,
            provider: gosuslugi(),
            place: PlaceHint {
                region: organization().region.code,
                organization: None,
            },
            tickets: TicketTags {
                token: tag(2),
                uuid: tag(3),
            },
            state: ProviderState::new(Vec::new()),
            now: now(),
        });
        FlowView::of(&flow, now())
    }

    fn purposes() -> [(FlowPurpose, StartOrder); 4] {
        let (account, session, epoch, link) = (id(1), id(2), Epoch::default(), id(3));
        [
            (FlowPurpose::SignIn, StartOrder::SignIn),
            (
                FlowPurpose::Link {
                    account,
                    session,
                    epoch,
                },
                StartOrder::Link,
            ),
            (
                FlowPurpose::Refresh {
                    account,
                    session,
                    epoch,
                    link,
                },
                StartOrder::Refresh,
            ),
            (
                FlowPurpose::StepUp {
                    account,
                    session,
                    epoch,
                    link,
                },
                StartOrder::StepUp,
            ),
        ]
    }

    #[test]
    fn a_flow_begins_anew_for_what_it_was_begun() {
        for (purpose, order) in purposes() {
            let view = view(purpose);
            assert_eq!(view.order(), order);
            assert!(view.can_retry());
            let over = FlowView {
                step: FlowStep::Done(FlowEnd::Cancelled),
                ..view
            };
            assert!(!over.can_retry());
        }
    }
}
