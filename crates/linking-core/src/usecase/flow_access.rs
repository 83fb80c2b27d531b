//! Who may touch a flow: its browser alone, and where it is bound, its account and session.

use crate::{
    account::Versioned,
    audit::{Act, By},
    change::ChangeSet,
    ids::FlowId,
    link::{FlowEnd, FlowState, FlowStateError, Interruption, LinkFlow},
    policy::Policy,
    ports::Purpose,
    provider::{HttpsUrl, ProviderId},
    refusal::Refusal,
    session::{Actor, Visitor},
    time::Timestamp,
    usecase::{Advance, ConnectedProvider, Fault, FlowView, Linking, Outcome},
};

/// Whether a visitor may go on with a flow (`threats.md` A1–A5, E6, G16, G17).
pub(crate) fn admits(
    flow: &LinkFlow,
    visitor: &Visitor,
    actor: Option<&Actor>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !visitor.is_in(flow.browser()) {
        return Err(Refusal::FlowNotYours);
    }
    if let Some((account, session, epoch)) = flow.purpose().bound_to() {
        let actor = actor.ok_or_else(|| over(flow))?;
        if actor.account() != account {
            return Err(Refusal::FlowNotYours);
        }
        if actor.session.value.id != session || actor.session.value.epoch != epoch {
            return Err(over(flow));
        }
    }
    if let FlowState::ChoosingContacts { account, .. } = flow.state() {
        // What was linked is the account's own: nobody else in this browser sees the contacts.
        // Without a session the link is made all the same, and the step is over.
        let actor = actor.ok_or(Refusal::FlowFinished)?;
        if actor.account() != *account {
            return Err(Refusal::FlowNotYours);
        }
    }
    if flow.is_open() && flow.is_expired(now) {
        return Err(over(flow));
    }
    Ok(())
}

/// How a flow is told of that cannot go on: where something was done in it, it would be untrue
/// that nothing was changed.
const fn over(flow: &LinkFlow) -> Refusal {
    match flow.state() {
        FlowState::ChoosingContacts {
            linked_at: Some(_), ..
        }
        | FlowState::Closed(
            FlowEnd::SignedIn { .. }
            | FlowEnd::Linked { .. }
            | FlowEnd::ContactsChosen { .. }
            | FlowEnd::SteppedUp { .. }
            | FlowEnd::Refused(Refusal::FlowFinished),
        ) => Refusal::FlowFinished,
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
        }
        | FlowState::Closed(FlowEnd::Refused(_) | FlowEnd::Cancelled) => Refusal::FlowExpired,
    }
}

/// How a request names a flow.
#[derive(Debug, Clone, Copy)]
pub enum FlowName<'a> {
    /// By its identifier.
    Id(FlowId),
    /// By the ticket that came back from the provider.
    Ticket(&'a str),
}

impl Linking {
    /// Whether a flow was begun in this very browser, by another profile than the one that is
    /// signed in now: a tab that was left open (`threats.md` G17). Says nothing of which one.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn is_of_another_profile(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: FlowName<'_>,
    ) -> Result<bool, Fault> {
        let Some(actor) = actor else {
            return Ok(false);
        };
        let flow = match flow {
            FlowName::Id(id) => self.ports.store.flow(id).await?,
            FlowName::Ticket(state) => {
                let ticket = self.ports.vault.tag(Purpose::Ticket, state.as_bytes());
                self.ports.store.flow_by_ticket(&ticket).await?
            }
        };
        Ok(flow.is_some_and(|flow| {
            let of = flow.value.bound_account().or(flow.value.made_for());
            flow.value.browser().is_same(&visitor.browser)
                && of.is_some_and(|account| account != actor.account())
        }))
    }

    /// Loads a flow for a visitor, or says why not.
    pub(crate) async fn open_flow(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Result<Versioned<LinkFlow>, Refusal>, Fault> {
        let Some(flow) = self.ports.store.flow(id).await? else {
            return Ok(Err(Refusal::FlowNotYours));
        };
        Ok(admits(&flow.value, visitor, actor, self.now()).map(|()| flow))
    }

    /// Loads a flow for an act. A refusal is put on the trail; an identifier that names no flow
    /// leaves nothing behind.
    pub(crate) async fn flow_to_act_on(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Result<Versioned<LinkFlow>, Refusal>, Fault> {
        let Some(flow) = self.ports.store.flow(id).await? else {
            return Ok(Err(Refusal::FlowNotYours));
        };
        match admits(&flow.value, visitor, actor, self.now()) {
            Ok(()) => Ok(Ok(flow)),
            Err(refusal) => {
                self.record_refusal(visitor, actor, Some(&flow.value), None, &refusal)
                    .await?;
                Ok(Err(refusal))
            }
        }
    }

    /// Puts a refusal on the trail that changes nothing else (`threats.md`, How to read an
    /// entry). The provider is the flow's, where there is a flow.
    pub(crate) async fn record_refusal(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: Option<&LinkFlow>,
        provider: Option<&ProviderId>,
        refusal: &Refusal,
    ) -> Result<(), Fault> {
        let act = Act::Refused {
            code: refusal.code().as_str().to_owned(),
            provider: flow.map(LinkFlow::provider).or(provider).cloned(),
        };
        let by = actor.map_or(By::Visitor, |actor| By::Account(actor.account()));
        let audit = self.audit(by, act, flow.map(LinkFlow::id), &visitor.agent, Vec::new());
        Ok(self.ports.store.commit(ChangeSet::new(audit)).await?)
    }

    /// The provider was switched off, or is not connected any more: the flow stays where it is.
    pub(crate) async fn provider_is_off(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &LinkFlow,
    ) -> Result<Outcome<Advance>, Fault> {
        let refusal = Refusal::ProviderOff;
        self.record_refusal(visitor, actor, Some(flow), None, &refusal)
            .await?;
        Ok(Outcome::Refused(refusal))
    }

    /// The policy that a flow goes by on its way to the provider: that of the account it is
    /// bound to, else that of the region the person named.
    pub(crate) fn flow_policy<'a>(&'a self, flow: &LinkFlow, actor: Option<&Actor>) -> &'a Policy {
        match actor.filter(|_| flow.purpose().bound_to().is_some()) {
            Some(actor) => self.policy_of(&actor.sheet),
            None => self.policies().of_region(&flow.place().region),
        }
    }

    /// A flow's provider, if it is connected and on at this moment (`threats.md` E6).
    pub(crate) fn open_provider(
        &self,
        flow: &LinkFlow,
        actor: Option<&Actor>,
    ) -> Option<&ConnectedProvider> {
        self.provider(flow.provider())
            .filter(|_| self.flow_policy(flow, actor).allows(flow.provider()))
    }

    /// The page on which a flow stands.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn flow(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<FlowView>, Fault> {
        let flow = match self.open_flow(visitor, actor, id).await? {
            Ok(flow) => flow.value,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        // A link that has ended since is not shown as standing (`threats.md` E5, E10).
        if let FlowState::Closed(FlowEnd::Linked { account, link, .. }) = flow.state() {
            let links = match actor.filter(|actor| actor.account() == *account) {
                Some(_) => self.ports.store.links_of(*account).await?,
                None => Vec::new(),
            };
            if links.iter().all(|standing| standing.id != *link) {
                return Ok(Outcome::Refused(Refusal::FlowFinished));
            }
        }
        Ok(Outcome::Done(FlowView::of(&flow, self.now())))
    }

    /// The view alone, without anything for the browser.
    pub(crate) fn standing(&self, flow: &LinkFlow) -> Advance {
        Advance {
            view: FlowView::of(flow, self.now()),
            prompt: None,
            session: None,
            fault: None,
        }
    }

    /// Prolongs a flow once («Ещё 15 минут»).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn prolong(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<FlowView>, Fault> {
        self.given_time(visitor, actor, id, LinkFlow::prolong).await
    }

    /// «Восстановить пароль» on the page of the local password: the flow waits for an hour, once.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn await_password(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<FlowView>, Fault> {
        let now = self.now();
        self.given_time(visitor, actor, id, |flow| flow.await_password(now))
            .await
    }

    /// Gives a flow more time, where a step of it does; else it stays as it is.
    async fn given_time(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
        step: impl Fn(LinkFlow) -> Result<LinkFlow, FlowStateError> + Send + Sync,
    ) -> Result<Outcome<FlowView>, Fault> {
        self.settled(|| async {
            let flow = match self.flow_to_act_on(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let now = self.now();
            match step(flow.value.clone()) {
                Ok(prolonged) => {
                    self.ports.store.put_flow(&prolonged, flow.version).await?;
                    Ok(Outcome::Done(FlowView::of(&prolonged, now)))
                }
                Err(_) => Ok(Outcome::Done(FlowView::of(&flow.value, now))),
            }
        })
        .await
    }

    /// Leaves a flow by a button; whoever leaves the contact choice stays linked.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn cancel(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<FlowView>, Fault> {
        self.settled(|| async {
            let flow = match self.flow_to_act_on(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let left = flow.value.clone().cancel();
            if left != flow.value {
                self.ports.store.put_flow(&left, flow.version).await?;
            }
            Ok(Outcome::Done(FlowView::of(&left, self.now())))
        })
        .await
    }

    /// «Выйти из Госуслуг и войти другим»: the address that ends the session at the provider and
    /// leads back to `return_to`; none where the provider has no such address, then the flow
    /// simply asks again.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn switch_identity(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
        return_to: &HttpsUrl,
    ) -> Result<Outcome<Option<HttpsUrl>>, Fault> {
        self.settled(|| async {
            let flow = match self.flow_to_act_on(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let Ok(waiting) = flow
                .value
                .clone()
                .interrupt(Interruption::SwitchingIdentity)
            else {
                return Ok(Outcome::Refused(Refusal::FlowFinished));
            };
            self.ports.store.put_flow(&waiting, flow.version).await?;
            let connected = self.provider(flow.value.provider());
            Ok(Outcome::Done(
                connected.and_then(|c| c.adapter.sign_out(return_to)),
            ))
        })
        .await
    }
}
