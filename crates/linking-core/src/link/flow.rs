//! A flow: one attempt, from the first click to its end, bound to one browser.
//!
//! ```text
//! Asked ─claim─▶ Claimed ─┬─▶ NotLinked ─agree─▶ Proving ─┬─▶ ChoosingContacts ─▶ Closed
//!   ▲                     ├─▶ Confirming ────────────────┘         ▲
//!   └──── Interrupted ◀───┼────────────────────────────────────────┘ (contacts chosen anew)
//!        (another try)    └─▶ Closed
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    account::Epoch,
    consent::GrantedConsent,
    ids::{AccountId, FlowId, LinkId, OrganizationId, SessionId},
    link::{FlowEnd, FlowState, FlowStateError, Interruption},
    ports::Tag,
    provider::{ContactClaim, ProviderId, ProviderIdentity, ProviderState},
    refusal::Refusal,
    region::RegionCode,
    time::{CLAIM_LIFE, FLOW_LIFE, Timestamp},
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
    /// When it ends by itself.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &FlowState {
        &self.state
    }

    /// Whether its life is over (`threats.md` G16): at the very instant it is.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Whether one press can still prolong it.
    #[must_use]
    pub const fn can_prolong(&self) -> bool {
        !self.prolonged && !matches!(self.state, FlowState::Closed(_))
    }

    /// Whether the server that judged the answer counts as lost.
    #[must_use]
    pub fn claim_is_lost(&self, now: Timestamp) -> bool {
        matches!(self.state, FlowState::Claimed { until } if now >= until)
    }

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
        let lost = self.claim_is_lost(now);
        match self.state {
            FlowState::Asked { .. }
            | FlowState::Interrupted(_)
            | FlowState::NotLinked { .. }
            | FlowState::Proving { .. }
            | FlowState::Confirming { .. } => {}
            FlowState::Claimed { .. } if lost => {}
            FlowState::Claimed { .. }
            | FlowState::ChoosingContacts { .. }
            | FlowState::Closed(_) => return Err(self.wrong()),
        }
        self.tickets = tickets;
        self.begun_at = now;
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
            | FlowState::Confirming { .. } => {
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
            (FlowState::Claimed { .. }, FlowPurpose::SignIn) => FlowState::NotLinked { identity },
            (FlowState::Claimed { .. }, FlowPurpose::Link { .. }) => {
                FlowState::Confirming { identity }
            }
            _ => return Err(self.wrong()),
        };
        Ok(self)
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
        match self.state {
            FlowState::Proving { .. } | FlowState::Confirming { .. } => {
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
            (FlowState::Claimed { .. }, FlowPurpose::SignIn)
            | (FlowState::Proving { .. }, FlowPurpose::SignIn) => {
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
            | FlowState::Confirming { .. } => {
                self.state = FlowState::Closed(FlowEnd::Refused(refusal));
                Ok(self)
            }
        }
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
            | FlowState::Confirming { .. }
            | FlowState::ChoosingContacts {
                linked_at: None, ..
            } => FlowState::Closed(FlowEnd::Cancelled),
        };
        self
    }
}
