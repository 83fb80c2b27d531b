//! The steps of a flow: each takes it by value and gives it back where the step leads.

use super::{FlowPurpose, LinkFlow, PlaceHint, TicketTags};
use crate::{
    account::{Epoch, Version},
    consent::GrantedConsent,
    ids::{AccountId, LinkId, SessionId},
    link::{FlowEnd, FlowState, FlowStateError, Interruption, WayOut},
    provider::{ContactClaim, ProviderIdentity, ProviderState},
    refusal::Refusal,
    time::{CLAIM_LIFE, FLOW_LIFE, PASSWORD_WAIT, Timestamp},
};

impl LinkFlow {
    fn wrong(&self) -> FlowStateError {
        FlowStateError {
            at: self.state.name(),
        }
    }

    /// Prolongs the flow once by its life.
    ///
    /// # Errors
    /// It was prolonged already, or is over.
    pub fn prolong(mut self) -> Result<Self, FlowStateError> {
        if !self.can_prolong() {
            return Err(self.wrong());
        }
        self.prolonged = true;
        self.expires_at += FLOW_LIFE;
        Ok(self)
    }

    /// The person gets a new local password from the school: the provider's answer waits longer,
    /// once (`domain.md`, Numbers).
    ///
    /// # Errors
    /// The page of the local password is not open, or the flow has waited already.
    pub fn await_password(mut self, now: Timestamp) -> Result<Self, FlowStateError> {
        if self.awaited || !matches!(self.state, FlowState::Proving { .. }) {
            return Err(self.wrong());
        }
        self.awaited = true;
        self.expires_at = self.expires_at.max(now + PASSWORD_WAIT);
        Ok(self)
    }

    /// Takes the answer up: from here on nobody else can. Gives the adapter's state.
    ///
    /// # Errors
    /// No answer is awaited.
    pub fn claim(mut self, now: Timestamp) -> Result<(Self, ProviderState), FlowStateError> {
        match self.state {
            FlowState::Asked { state } => {
                self.state = FlowState::Claimed {
                    until: now + CLAIM_LIFE,
                };
                Ok((self, state))
            }
            _ => Err(self.wrong()),
        }
    }

    /// Notes the number of the request that brought the answer, so that a page that tells of it
    /// later names the request whose log line tells why.
    #[must_use]
    pub fn brought_by(mut self, request: Option<String>) -> Self {
        self.report = request;
        self
    }

    /// Notes the anchor of the identity that came, for [`LinkFlow::is_outrun`].
    #[must_use]
    pub const fn with_anchor(mut self, anchor: Version) -> Self {
        self.anchor = Some(anchor);
        self
    }

    /// Whether the browser may be sent to the provider once more.
    #[must_use]
    pub fn can_ask_again(&self, now: Timestamp) -> bool {
        match self.state {
            FlowState::Asked { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Recognising { .. }
            | FlowState::Confirming { .. }
            | FlowState::Taken { .. } => true,
            FlowState::Claimed { .. } => self.claim_is_lost(now),
            FlowState::ChoosingContacts { .. } | FlowState::Closed(_) => false,
        }
    }

    /// Sends the browser to the provider once more, with a ticket of its own.
    ///
    /// # Errors
    /// The flow is over, or the link stands already.
    pub fn ask_again(
        mut self,
        tickets: TicketTags,
        state: ProviderState,
        now: Timestamp,
    ) -> Result<Self, FlowStateError> {
        if !self.can_ask_again(now) {
            return Err(self.wrong());
        }
        self.tickets = tickets;
        self.begun_at = now;
        self.anchor = None;
        self.state = FlowState::Asked { state };
        Ok(self)
    }

    /// The answer, or what the person did with it, leads to another try.
    ///
    /// # Errors
    /// The flow is over, or the link stands already.
    pub fn interrupt(mut self, cause: Interruption) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::ChoosingContacts { .. } | FlowState::Closed(_) => Err(self.wrong()),
            FlowState::Asked { .. }
            | FlowState::Claimed { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Recognising { .. }
            | FlowState::Confirming { .. }
            | FlowState::Taken { .. } => {
                self.state = FlowState::Interrupted(cause);
                Ok(self)
            }
        }
    }

    /// The answer was verified and needs the person: «не связан» or «Это вы?», by purpose.
    ///
    /// # Errors
    /// The answer was not claimed, or the purpose ends with the answer.
    pub fn verified(mut self, identity: ProviderIdentity) -> Result<Self, FlowStateError> {
        let identity = Box::new(identity);
        self.state = match (&self.state, &self.purpose) {
            (FlowState::Claimed { .. } | FlowState::Recognising { .. }, FlowPurpose::SignIn) => {
                FlowState::NotLinked { identity }
            }
            (FlowState::Claimed { .. }, FlowPurpose::Link { .. }) => {
                FlowState::Confirming { identity }
            }
            _ => return Err(self.wrong()),
        };
        Ok(self)
    }

    /// The identity enters an account, and the computer is shared: «Это вы?» comes first
    /// ([`Computer::recognition`](crate::session::Computer::recognition)).
    ///
    /// # Errors
    /// Any state but claimed, any purpose but a sign-in.
    pub fn recognise(mut self, identity: ProviderIdentity) -> Result<Self, FlowStateError> {
        match (&self.state, &self.purpose) {
            (FlowState::Claimed { .. }, FlowPurpose::SignIn) => {
                self.state = FlowState::Recognising {
                    identity: Box::new(identity),
                };
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// «Продолжить»: the person agreed, and proves the account next.
    ///
    /// # Errors
    /// The person was not asked.
    pub fn agree(mut self, consent: GrantedConsent) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::NotLinked { identity } => {
                self.state = FlowState::Proving { identity, consent };
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// Remembers another organisation, chosen on the page of the local password.
    ///
    /// # Errors
    /// That page is not open.
    pub fn choose_organization(mut self, place: PlaceHint) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::Proving { .. } => {
                self.place = place;
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// A link stands in the way: the person may move or replace it.
    ///
    /// # Errors
    /// No link was being made.
    pub fn taken(mut self, consent: GrantedConsent, way: WayOut) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::Proving { identity, .. } | FlowState::Confirming { identity } => {
                self.state = FlowState::Taken {
                    identity,
                    consent,
                    way,
                };
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// Goes on over an end of the account's epoch that its own act brought.
    #[must_use]
    pub const fn with_epoch(mut self, raised: Epoch) -> Self {
        match &mut self.purpose {
            FlowPurpose::SignIn => {}
            FlowPurpose::Link { epoch, .. }
            | FlowPurpose::Refresh { epoch, .. }
            | FlowPurpose::StepUp { epoch, .. } => *epoch = raised,
        }
        self
    }

    /// The link was made: on to the contact choice, or to the end where there is nothing to
    /// choose. All claims but the offered contacts die here.
    ///
    /// # Errors
    /// The link was not being made.
    pub fn linked(
        mut self,
        account: AccountId,
        link: LinkId,
        offered: Vec<ContactClaim>,
        now: Timestamp,
    ) -> Result<Self, FlowStateError> {
        match &self.state {
            FlowState::Proving { identity, .. }
            | FlowState::Confirming { identity }
            | FlowState::Taken { identity, .. } => {
                let masked = identity.masked_name();
                self.state = if offered.is_empty() {
                    FlowState::Closed(FlowEnd::Linked {
                        account,
                        link,
                        at: now,
                    })
                } else {
                    FlowState::ChoosingContacts {
                        account,
                        link,
                        linked_at: Some(now),
                        offered,
                        identity: Some(masked),
                    }
                };
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// The provider gave the contacts anew: the person chooses.
    ///
    /// # Errors
    /// The answer was not claimed, or the purpose is another.
    pub fn offer_contacts(mut self, offered: Vec<ContactClaim>) -> Result<Self, FlowStateError> {
        match (&self.state, &self.purpose) {
            (FlowState::Claimed { .. }, FlowPurpose::Refresh { account, link, .. }) => {
                let (account, link) = (*account, *link);
                self.state = FlowState::ChoosingContacts {
                    account,
                    link,
                    linked_at: None,
                    offered,
                    identity: None,
                };
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// The contact choice was made.
    ///
    /// # Errors
    /// It was not open.
    pub fn contacts_chosen(mut self) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::ChoosingContacts {
                account,
                link,
                linked_at,
                ..
            } => {
                self.state = FlowState::Closed(linked_at.map_or(
                    FlowEnd::ContactsChosen { account },
                    |at| FlowEnd::Linked { account, link, at },
                ));
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// The link ended while the contacts were being chosen: nothing is kept.
    ///
    /// # Errors
    /// The choice was not open.
    pub fn link_ended(mut self) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::ChoosingContacts { .. } => {
                self.state = FlowState::Closed(FlowEnd::Refused(Refusal::FlowFinished));
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// A linked person signed in.
    ///
    /// # Errors
    /// The answer was not claimed, or the purpose is another.
    pub fn signed_in(
        mut self,
        account: AccountId,
        session: SessionId,
    ) -> Result<Self, FlowStateError> {
        match (&self.state, &self.purpose) {
            (
                FlowState::Claimed { .. }
                | FlowState::Proving { .. }
                | FlowState::Recognising { .. },
                FlowPurpose::SignIn,
            ) => {
                self.state = FlowState::Closed(FlowEnd::SignedIn { account, session });
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// The person proved themselves once more through the provider.
    ///
    /// # Errors
    /// The answer was not claimed, or the purpose is another.
    pub fn stepped_up(mut self) -> Result<Self, FlowStateError> {
        match (&self.state, &self.purpose) {
            (FlowState::Claimed { .. }, FlowPurpose::StepUp { account, .. }) => {
                self.state = FlowState::Closed(FlowEnd::SteppedUp { account: *account });
                Ok(self)
            }
            _ => Err(self.wrong()),
        }
    }

    /// A rule said no for good: every claim dies.
    ///
    /// # Errors
    /// The flow is over, or the link stands already.
    pub fn refuse(mut self, refusal: Refusal) -> Result<Self, FlowStateError> {
        match self.state {
            FlowState::ChoosingContacts { .. } | FlowState::Closed(_) => Err(self.wrong()),
            FlowState::Asked { .. }
            | FlowState::Claimed { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Recognising { .. }
            | FlowState::Confirming { .. }
            | FlowState::Taken { .. } => {
                self.state = FlowState::Closed(FlowEnd::Refused(refusal));
                Ok(self)
            }
        }
    }

    /// What is left of an open flow whose time is over, or which was ended from outside: no claim,
    /// and enough to say so and to begin anew (`threats.md` E5, G16). A link that it made stays
    /// or ends by itself.
    #[must_use]
    pub fn expire(mut self) -> Self {
        self.state = match self.state {
            FlowState::Closed(end) => FlowState::Closed(end),
            FlowState::ChoosingContacts {
                linked_at: Some(_), ..
            } => FlowState::Closed(FlowEnd::Refused(Refusal::FlowFinished)),
            FlowState::Asked { .. }
            | FlowState::Claimed { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Recognising { .. }
            | FlowState::Confirming { .. }
            | FlowState::Taken { .. }
            | FlowState::ChoosingContacts {
                linked_at: None, ..
            } => FlowState::Closed(FlowEnd::Refused(Refusal::FlowExpired)),
        };
        self
    }

    /// The person went away by a button; whoever leaves the contact choice stays linked, with
    /// nothing kept.
    #[must_use]
    pub fn cancel(mut self) -> Self {
        self.state = match self.state {
            FlowState::ChoosingContacts {
                account,
                link,
                linked_at: Some(at),
                ..
            } => FlowState::Closed(FlowEnd::Linked { account, link, at }),
            FlowState::Closed(end) => FlowState::Closed(end),
            FlowState::Asked { .. }
            | FlowState::Claimed { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Recognising { .. }
            | FlowState::Confirming { .. }
            | FlowState::Taken { .. }
            | FlowState::ChoosingContacts {
                linked_at: None, ..
            } => FlowState::Closed(FlowEnd::Cancelled),
        };
        self
    }
}
