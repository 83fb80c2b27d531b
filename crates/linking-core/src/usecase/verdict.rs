//! What an answer leads to: one write that takes the claimed flow on.

use chrono::TimeDelta;

use crate::{
    account::Versioned,
    audit::{Act, By},
    change::{ChangeSet, Write},
    consent::{Consent, ConsentStatus},
    ids::{ConsentKind, LinkId},
    link::{FlowPurpose, FlowState, Interruption, LinkFlow},
    ports::StoreError,
    provider::ProviderIdentity,
    refusal::Refusal,
    session::{Actor, Visitor},
    time::{Timestamp, is_recent},
    usecase::{Advance, Fault, Linking, Outcome, TRIES},
};

/// How far a provider's clock may be behind ours where a sign-in anew is asked for.
const CLOCK_LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// What an adapter's answer says of the person.
pub(crate) enum Verdict {
    /// It is this person.
    Verified(Box<ProviderIdentity>),
    /// Another try at the provider may mend it.
    TryAgain(Refusal),
}

impl Linking {
    /// Writes down what an answer leads to. The provider's code is spent: where other facts
    /// changed meanwhile, the verdict meets the new ones; where the flow itself went on, its
    /// present page answers (`threats.md` A8, E7).
    pub(crate) async fn judge(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        mut flow: Versioned<LinkFlow>,
        verdict: Verdict,
    ) -> Result<Outcome<Advance>, Fault> {
        for _ in 0..TRIES {
            let judged = match &verdict {
                Verdict::Verified(identity) => self.verified(visitor, actor, &flow, identity).await,
                Verdict::TryAgain(refusal) => {
                    self.interrupted(visitor, actor, &flow, refusal.clone())
                        .await
                }
            };
            match judged {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    match self.still_claimed(&flow).await? {
                        Some(present) => flow = present,
                        None => return self.present(visitor, actor, flow.value.id()).await,
                    }
                }
                judged => return judged,
            }
        }
        let waiting = self
            .interrupted(visitor, actor, &flow, Refusal::ProviderUnavailable)
            .await;
        self.or_present(visitor, actor, flow.value.id(), waiting)
            .await
    }

    /// The flow as it is now, if the claim on it is still ours.
    async fn still_claimed(
        &self,
        flow: &Versioned<LinkFlow>,
    ) -> Result<Option<Versioned<LinkFlow>>, Fault> {
        let present = self.ports.store.flow(flow.value.id()).await?;
        // The end of a claim names it: a later one of the same flow ends later.
        Ok(present.filter(|present| {
            matches!(
                (present.value.state(), flow.value.state()),
                (FlowState::Claimed { until: now }, FlowState::Claimed { until: ours })
                    if now == ours
            )
        }))
    }

    /// Leaves the flow open for another try, with one audit record. Who links from the settings
    /// and refuses at the provider's screen has refused the consent (`domain.md`, Consent).
    pub(crate) async fn interrupted(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        refusal: Refusal,
    ) -> Result<Outcome<Advance>, Fault> {
        let change = self.refused_answer(visitor, actor, &flow.value, &refusal);
        let change = match (&refusal, flow.value.purpose()) {
            (Refusal::ConsentRefused, FlowPurpose::Link { account, .. }) => {
                match self.provider(flow.value.provider()) {
                    Some(connected) => change.write(Write::InsertConsent(Consent {
                        id: self.id::<ConsentKind>(),
                        account: *account,
                        provider: flow.value.provider().clone(),
                        text: connected.consent.main().clone(),
                        given_at: self.now(),
                        status: ConsentStatus::Refused,
                    })),
                    None => change,
                }
            }
            _ => change,
        };
        let waiting = flow
            .value
            .clone()
            .interrupt(Interruption::Refused(refusal))
            .map_err(|_| Fault::Contradiction("a claimed flow cannot wait"))?;
        self.advance_flow(flow, waiting, change).await
    }

    /// Ends the flow: a rule said no for good, and the claims die.
    pub(crate) async fn over(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        refusal: Refusal,
    ) -> Result<Outcome<Advance>, Fault> {
        let change = self.refused_answer(visitor, actor, &flow.value, &refusal);
        let closed = flow
            .value
            .clone()
            .refuse(refusal)
            .map_err(|_| Fault::Contradiction("the flow cannot be refused"))?;
        self.advance_flow(flow, closed, change).await
    }

    fn refused_answer(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &LinkFlow,
        refusal: &Refusal,
    ) -> ChangeSet {
        let act = Act::Refused {
            code: refusal.code().as_str().to_owned(),
            provider: Some(flow.provider().clone()),
        };
        let by = actor.map_or(By::Visitor, |actor| By::Account(actor.account()));
        let audit = self.audit(by, act, Some(flow.id()), &visitor.agent, Vec::new());
        ChangeSet::new(audit)
    }

    /// Commits a change together with the flow's next state.
    pub(crate) async fn advance_flow(
        &self,
        flow: &Versioned<LinkFlow>,
        next: LinkFlow,
        change: ChangeSet,
    ) -> Result<Outcome<Advance>, Fault> {
        let change = change.write(Write::PutFlow {
            flow: Box::new(next.clone()),
            read: flow.version,
        });
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(self.standing(&next)))
    }

    async fn verified(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        identity: &ProviderIdentity,
    ) -> Result<Outcome<Advance>, Fault> {
        match (flow.value.purpose(), actor) {
            (FlowPurpose::SignIn, _) => self.entered(visitor, actor, flow, identity).await,
            (FlowPurpose::Link { .. }, _) if !self.signed_in_anew(&flow.value, identity) => {
                self.interrupted(visitor, actor, flow, Refusal::StepUpNeeded)
                    .await
            }
            (FlowPurpose::Link { .. }, _) => {
                let known = self.ports.store.identity(&identity.key).await?;
                self.awaiting(flow, identity, known.anchor).await
            }
            (FlowPurpose::Refresh { link, .. }, Some(actor)) => {
                self.refreshing(visitor, actor, flow, identity, *link).await
            }
            (FlowPurpose::StepUp { link, .. }, Some(actor)) => {
                self.stepping_up(visitor, actor, flow, identity, *link)
                    .await
            }
            (FlowPurpose::Refresh { .. } | FlowPurpose::StepUp { .. }, None) => {
                Ok(Outcome::Refused(Refusal::FlowExpired))
            }
        }
    }

    /// Whether the person signed in at the provider for this flow, where the provider can be
    /// asked for that (`domain.md`, Bounds; `threats.md` A17).
    pub(crate) fn signed_in_anew(&self, flow: &LinkFlow, identity: &ProviderIdentity) -> bool {
        let forced = self
            .provider(flow.provider())
            .is_some_and(|connected| connected.adapter.manifest().forced_sign_in.is_on());
        !forced
            || identity
                .authenticated_at
                .is_some_and(|at| at >= flow.begun_at() - CLOCK_LEEWAY)
    }

    /// The contacts of a linked provider, taken anew.
    async fn refreshing(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        flow: &Versioned<LinkFlow>,
        identity: &ProviderIdentity,
        link: LinkId,
    ) -> Result<Outcome<Advance>, Fault> {
        if !self.policy_of(&actor.sheet).contact_choice.is_on() {
            return self
                .over(visitor, Some(actor), flow, Refusal::ProviderOff)
                .await;
        }
        let links = self.ports.store.links_of(actor.account()).await?;
        match links.iter().find(|standing| standing.id == link) {
            Some(standing) if standing.identity == identity.key => {
                // Unknown is not none: a choice among nothing would erase those that were kept.
                let Some(contacts) = identity.claims.contacts.clone() else {
                    let refusal = Refusal::ProviderUnavailable;
                    return self.interrupted(visitor, Some(actor), flow, refusal).await;
                };
                let offered = flow
                    .value
                    .clone()
                    .offer_contacts(contacts)
                    .map_err(|_| Fault::Contradiction("contacts not awaited"))?;
                self.ports.store.put_flow(&offered, flow.version).await?;
                Ok(Outcome::Done(self.standing(&offered)))
            }
            Some(other) => {
                let refusal = Refusal::AccountLinkedAlready {
                    since: other.linked_at,
                };
                self.interrupted(visitor, Some(actor), flow, refusal).await
            }
            None => {
                self.over(visitor, Some(actor), flow, Refusal::FlowFinished)
                    .await
            }
        }
    }

    /// The person proves themselves by the linked identity and a signed time (`domain.md`,
    /// Recent; `threats.md` E3).
    async fn stepping_up(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        flow: &Versioned<LinkFlow>,
        identity: &ProviderIdentity,
        link: LinkId,
    ) -> Result<Outcome<Advance>, Fault> {
        let links = self.ports.store.links_of(actor.account()).await?;
        let same = links
            .iter()
            .any(|l| l.id == link && l.identity == identity.key);
        let fresh = identity
            .authenticated_at
            .filter(|at| is_recent(*at, self.now()));
        match fresh.filter(|_| same) {
            Some(at) => self.stepped_up(visitor, actor, flow, at).await,
            None => {
                self.interrupted(visitor, Some(actor), flow, Refusal::StepUpNeeded)
                    .await
            }
        }
    }

    async fn stepped_up(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        flow: &Versioned<LinkFlow>,
        at: Timestamp,
    ) -> Result<Outcome<Advance>, Fault> {
        let mut renewed = self.reissued(&actor.session.value);
        renewed.session.proved_at = Some(at);
        let closed = flow
            .value
            .clone()
            .stepped_up()
            .map_err(|_| Fault::Contradiction("no step-up was awaited"))?;
        let audit = self.audit(
            By::Account(actor.account()),
            Act::SteppedUp,
            Some(flow.value.id()),
            &visitor.agent,
            Vec::new(),
        );
        let change = ChangeSet::new(audit)
            .write(Write::PutFlow {
                flow: Box::new(closed.clone()),
                read: flow.version,
            })
            .write(Write::PutSession {
                session: renewed.session.clone(),
                read: actor.session.version,
            });
        self.ports.store.commit(change).await?;
        let standing = self.standing(&closed);
        Ok(Outcome::Done(Advance {
            session: Some(renewed),
            ..standing
        }))
    }
}
