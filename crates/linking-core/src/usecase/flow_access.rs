//! Who may touch a flow: its browser alone, and where it is bound, its account and session.

use crate::{
    account::Versioned,
    audit::{Act, By},
    change::ChangeSet,
    ids::FlowId,
    link::{FlowState, LinkFlow},
    provider::HttpsUrl,
    refusal::Refusal,
    session::{Actor, Visitor},
    time::Timestamp,
    usecase::{Advance, Fault, FlowView, Linking, Outcome},
};

/// Whether a visitor may go on with a flow (`threats.md` A1–A5, E6, G16, G17).
pub(crate) fn admits(
    flow: &LinkFlow,
    visitor: &Visitor,
    actor: Option<&Actor>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !flow.browser().is_same(&visitor.browser) {
        return Err(Refusal::FlowNotYours);
    }
    if let Some((account, session, epoch)) = flow.purpose().bound_to() {
        let actor = actor.ok_or(Refusal::FlowExpired)?;
        if actor.account() != account {
            return Err(Refusal::FlowNotYours);
        }
        if actor.session.value.id != session || actor.session.value.epoch != epoch {
            return Err(Refusal::FlowExpired);
        }
    }
    let closed = matches!(flow.state(), FlowState::Closed(_));
    if let FlowState::ChoosingContacts { account, .. } = flow.state() {
        // What was linked is the account's own: nobody else in this browser sees the contacts.
        if actor.is_none_or(|actor| actor.account() != *account) {
            return Err(Refusal::FlowNotYours);
        }
    }
    if !closed && flow.is_expired(now) {
        return Err(Refusal::FlowExpired);
    }
    Ok(())
}

impl Linking {
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
        Ok(match self.open_flow(visitor, actor, id).await? {
            Ok(flow) => Outcome::Done(FlowView::of(&flow.value, self.now())),
            Err(refusal) => Outcome::Refused(refusal),
        })
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
        self.settled(|| async {
            let flow = match self.open_flow(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let now = self.now();
            match flow.value.clone().prolong() {
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
            let flow = match self.open_flow(visitor, actor, id).await? {
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
            let flow = match self.open_flow(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let Ok(waiting) = flow
                .value
                .clone()
                .interrupt(crate::link::Interruption::SwitchingIdentity)
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

    /// Records that an answer came to a flow from another browser (`threats.md` A1).
    pub(crate) async fn record_foreign_answer(
        &self,
        visitor: &Visitor,
        flow: &LinkFlow,
    ) -> Result<(), Fault> {
        let act = Act::Refused {
            code: Refusal::FlowNotYours.code().as_str().to_owned(),
            provider: Some(flow.provider().clone()),
        };
        let audit = self.audit(
            By::Visitor,
            act,
            Some(flow.id()),
            &visitor.agent,
            Vec::new(),
        );
        Ok(self.ports.store.commit(ChangeSet::new(audit)).await?)
    }
}
