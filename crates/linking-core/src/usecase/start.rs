//! Begins a flow, and sends it to the provider again.

use crate::{
    consent::DataScope,
    ids::{FlowId, FlowKind},
    link::{ExistingLink, FlowPurpose, FlowStart, Interruption, LinkFlow, PlaceHint, TicketTags},
    policy::Policy,
    ports::{Purpose, StoreError},
    provider::{
        Begin, Prompt, ProviderError, ProviderId, ProviderState, Step, Switch, Ticket, Wanted,
    },
    refusal::Refusal,
    secret::Secret256,
    session::{Actor, Visitor},
    time::FLOWS_PER_BROWSER,
    usecase::{Advance, ConnectedProvider, Fault, FlowView, Linking, Outcome},
};

/// What a flow is begun for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartOrder {
    /// To sign in through the provider.
    SignIn,
    /// To link from the settings.
    Link,
    /// To take the contacts of a linked provider anew.
    Refresh,
    /// To prove oneself once more through a linked provider.
    StepUp,
}

/// What a trip to the provider gave.
struct Trip {
    tickets: TicketTags,
    began: Result<(Prompt, ProviderState), ProviderError>,
}

impl Linking {
    fn tickets_of(&self, ticket: &Ticket) -> TicketTags {
        let tag = |text: &str| self.ports.vault.tag(Purpose::Ticket, text.as_bytes());
        TicketTags {
            token: tag(&ticket.as_token()),
            uuid: tag(&ticket.as_uuid().to_string()),
        }
    }

    async fn trip(&self, connected: &ConnectedProvider, flow: FlowId, wanted: Wanted) -> Trip {
        let ticket = Ticket::new(Secret256::draw(self.random()));
        let tickets = self.tickets_of(&ticket);
        let now = self.now();
        let began = match connected
            .adapter
            .begin(Begin {
                flow,
                ticket,
                wanted,
                now,
            })
            .await
        {
            Ok(Step::Ask { prompt, state }) => Ok((prompt, state)),
            Ok(Step::Verified(_) | Step::Declined(_)) => Err(ProviderError::new(
                crate::provider::ProviderErrorKind::Configuration,
                "the adapter answered before anything was asked",
            )),
            Err(error) => Err(error),
        };
        Trip { tickets, began }
    }

    async fn purpose(
        &self,
        order: StartOrder,
        actor: Option<&Actor>,
        provider: &ProviderId,
    ) -> Result<Result<FlowPurpose, Refusal>, Fault> {
        let Some(actor) = actor else {
            return Ok(match order {
                StartOrder::SignIn => Ok(FlowPurpose::SignIn),
                StartOrder::Link | StartOrder::Refresh | StartOrder::StepUp => {
                    Err(Refusal::FlowExpired)
                }
            });
        };
        let account = actor.account();
        let session = actor.session.value.id;
        let epoch = actor.session.value.epoch;
        if order == StartOrder::SignIn {
            return Ok(Ok(FlowPurpose::SignIn));
        }
        let links = self.ports.store.links_of(account).await?;
        let standing = links.iter().find(|link| link.provider == *provider);
        Ok(match (order, standing) {
            (StartOrder::SignIn, _) => Ok(FlowPurpose::SignIn),
            // A page left open since before the link: whose identity it is nobody knows yet, so it
            // is not said to be another one.
            (StartOrder::Link, Some(_)) | (StartOrder::Refresh | StartOrder::StepUp, None) => {
                Err(Refusal::FlowFinished)
            }
            (StartOrder::Link, None) if !actor.session.value.is_recent(self.now()) => {
                Err(Refusal::StepUpNeeded)
            }
            (StartOrder::Link, None) => Ok(FlowPurpose::Link {
                account,
                session,
                epoch,
            }),
            (StartOrder::Refresh, Some(_))
                if !self.policy_of(&actor.sheet).contact_choice.is_on() =>
            {
                Err(Refusal::ProviderOff)
            }
            (StartOrder::Refresh, Some(link)) => Ok(FlowPurpose::Refresh {
                account,
                session,
                epoch,
                link: link.id,
            }),
            (StartOrder::StepUp, Some(link)) => Ok(FlowPurpose::StepUp {
                account,
                session,
                epoch,
                link: link.id,
            }),
        })
    }

    /// Begins a flow: the browser goes to the provider. A provider that cannot be asked leaves a
    /// flow from which another try goes on (`threats.md` I1).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn start(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        order: StartOrder,
        provider: &ProviderId,
        place: PlaceHint,
    ) -> Result<Outcome<Advance>, Fault> {
        let policy = match (order, actor) {
            (StartOrder::SignIn, _) | (_, None) => self.policies().of_region(&place.region),
            (StartOrder::Link | StartOrder::Refresh | StartOrder::StepUp, Some(actor)) => {
                self.policy_of(&actor.sheet)
            }
        };
        let Some(connected) = self.provider(provider).filter(|_| policy.allows(provider)) else {
            return self
                .refuse_start(visitor, actor, provider, Refusal::ProviderOff)
                .await;
        };
        let purpose = match self.purpose(order, actor, provider).await? {
            Ok(purpose) => purpose,
            Err(refusal) => return self.refuse_start(visitor, actor, provider, refusal).await,
        };
        let wanted = wanted(&purpose, policy, connected);
        let id = self.id::<FlowKind>();
        let trip = self.trip(connected, id, wanted).await;
        let (prompt, state, fault) = match trip.began {
            Ok((prompt, state)) => (Some(prompt), state, None),
            Err(fault) => (None, ProviderState::new(Vec::new()), Some(fault)),
        };
        let now = self.now();
        let mut flow = LinkFlow::start(FlowStart {
            id,
            browser: visitor.browser,
            purpose,
            provider: provider.clone(),
            place,
            tickets: trip.tickets,
            state,
            now,
            computer: visitor.computer,
        });
        if fault.is_some() {
            flow = flow
                .interrupt(Interruption::Refused(Refusal::ProviderUnavailable))
                .map_err(|_| Fault::Contradiction("a new flow cannot wait"))?;
        }
        self.ports
            .store
            .insert_flow(&flow, FLOWS_PER_BROWSER)
            .await?;
        let view = FlowView::of(&flow, now);
        Ok(Outcome::Done(Advance {
            view,
            prompt,
            session: None,
            fault,
        }))
    }

    /// A signed-in person's refusal is put on the trail; a stranger's leaves nothing behind.
    async fn refuse_start(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        provider: &ProviderId,
        refusal: Refusal,
    ) -> Result<Outcome<Advance>, Fault> {
        if actor.is_some() {
            self.record_refusal(visitor, actor, None, Some(provider), &refusal)
                .await?;
        }
        Ok(Outcome::Refused(refusal))
    }

    /// Sends the browser of a flow to the provider once more: another try, another identity, or
    /// a step lost with its server. One press.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ask_again(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<Advance>, Fault> {
        let flow = match self.flow_to_act_on(visitor, actor, id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        if !flow.value.can_ask_again(self.now()) {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        }
        let Some(connected) = self.open_provider(&flow.value, actor) else {
            return self.provider_is_off(visitor, actor, &flow.value).await;
        };
        let policy = self.flow_policy(&flow.value, actor);
        let wanted = wanted(flow.value.purpose(), policy, connected);
        let trip = self.trip(connected, id, wanted).await;
        let (next, prompt, fault) = match trip.began {
            Ok((prompt, state)) => {
                let asked = flow
                    .value
                    .clone()
                    .ask_again(trip.tickets, state, self.now());
                (asked, Some(prompt), None)
            }
            Err(fault) => {
                let cause = Interruption::Refused(Refusal::ProviderUnavailable);
                (flow.value.clone().interrupt(cause), None, Some(fault))
            }
        };
        let next = next.map_err(|_| Fault::Contradiction("a flow cannot be asked again"))?;
        match self.ports.store.put_flow(&next, flow.version).await {
            Ok(_) => Ok(Outcome::Done(Advance {
                view: FlowView::of(&next, self.now()),
                prompt,
                session: None,
                fault,
            })),
            Err(StoreError::Conflict(_)) => self.present(visitor, actor, id).await,
            Err(error) => Err(error.into()),
        }
    }
}

/// What to ask the provider for: contacts only where the policy lets the person choose them and
/// the consent's text names them, and never for a mere step-up (`threats.md` H3, H6).
pub(crate) fn wanted(
    purpose: &FlowPurpose,
    policy: &Policy,
    connected: &ConnectedProvider,
) -> Wanted {
    let contacts = match purpose {
        FlowPurpose::SignIn | FlowPurpose::Link { .. } | FlowPurpose::Refresh { .. }
            if connected.consent.main().names(DataScope::Contacts) =>
        {
            policy.contact_choice
        }
        FlowPurpose::SignIn
        | FlowPurpose::Link { .. }
        | FlowPurpose::Refresh { .. }
        | FlowPurpose::StepUp { .. } => Switch::Off,
    };
    Wanted { contacts }
}

/// The account's link of a provider, as `decide_link` sees it.
pub(crate) fn existing_link(
    links: &[crate::link::Link],
    provider: &ProviderId,
    identity: &crate::provider::IdentityKey,
) -> ExistingLink {
    match links.iter().find(|link| link.provider == *provider) {
        None => ExistingLink::None,
        Some(link) if link.identity == *identity => ExistingLink::Same(link.id),
        Some(link) => ExistingLink::Other {
            since: link.linked_at,
        },
    }
}
