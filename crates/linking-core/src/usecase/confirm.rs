//! From the settings: «Связать» on the page «Это вы?» (SGO-2).

use crate::{
    account::Versioned,
    change::Write,
    ids::FlowId,
    link::{ConsentFact, FlowState, Link, LinkDecision, LinkFlow, LinkOrigin, LocalProof},
    ports::{AttemptVerdict, StoreError, Tried},
    refusal::Refusal,
    session::{Actor, Visitor},
    sign_in::mismatch_limits,
    time::Timestamp,
    usecase::{
        Advance, Fault, FlowStep, Linking, Outcome, TRIES,
        link_account::{LinkQuestion, NewLink},
    },
};

impl Linking {
    /// «Связать» on the page «Это вы?» (SGO-2). Consent, session and proof are looked at here,
    /// whatever was looked at before (`threats.md` E3, E6, C13).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn confirm(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
        text_version: &str,
    ) -> Result<Outcome<Advance>, Fault> {
        let mut acting = actor.clone();
        for _ in 0..TRIES {
            match self.confirm_once(visitor, &acting, id, text_version).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    match self.refreshed(&acting).await? {
                        Some(fresh) => acting = fresh,
                        None => break,
                    }
                }
                settled => return settled,
            }
        }
        self.lost_session(visitor, actor, id, |step| {
            matches!(step, FlowStep::Done(_) | FlowStep::ChooseContacts { .. })
        })
        .await
    }

    /// The session of an act ended, or goes by another secret, while the act was under way. What
    /// the act led to may be shown to it; a step that still stands open may not.
    pub(crate) async fn lost_session(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
        led_to: impl Fn(&FlowStep) -> bool,
    ) -> Result<Outcome<Advance>, Fault> {
        Ok(match self.lost_race(visitor, Some(actor), id).await? {
            Outcome::Done(advance) if !led_to(&advance.view.step) => {
                Outcome::Refused(Refusal::FlowExpired)
            }
            outcome => outcome,
        })
    }

    async fn confirm_once(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
        text_version: &str,
    ) -> Result<Outcome<Advance>, Fault> {
        let flow = match self.flow_to_act_on(visitor, Some(actor), id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::Confirming { identity } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        if self.provider(flow.value.provider()).is_none() {
            return self
                .provider_is_off(visitor, Some(actor), &flow.value)
                .await;
        }
        let Some(consent) = self.granted(&flow.value, text_version) else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let proof = if actor.session.value.is_recent(self.now()) {
            LocalProof::RecentSession
        } else {
            LocalProof::StaleSession
        };
        let question = LinkQuestion {
            visitor,
            flow: &flow,
            identity,
            sheet: &actor.sheet,
            origin: LinkOrigin::FromSettings,
            consent: ConsentFact::Granted(consent),
            proof,
        };
        let mut answer = self.ask_link(&question).await?;
        match &answer.decision {
            Ok(LinkDecision::Make { consent, offered }) => {
                let mut renewed = self.reissued(&actor.session.value);
                let new = NewLink {
                    consent,
                    offered: offered.clone(),
                    anchor: answer.known.anchor,
                    instead: None,
                };
                let (change, linked) = self.link_change(&question, new, &mut renewed)?;
                let change = change.write(Write::PutSession {
                    session: renewed.session.clone(),
                    read: actor.session.version,
                });
                self.ports.store.commit(change).await?;
                let standing = self.standing(&linked);
                Ok(Outcome::Done(Advance {
                    session: Some(renewed),
                    ..standing
                }))
            }
            Ok(LinkDecision::Stands(_)) => {
                let link = answer.own_link.take();
                self.stands_already(actor, &flow, link).await
            }
            // The provider's answer is kept while the person proves themselves once more.
            Err(Refusal::StepUpNeeded) => {
                let refusal = Refusal::StepUpNeeded;
                self.record_refusal(visitor, Some(actor), Some(&flow.value), None, &refusal)
                    .await?;
                Ok(Outcome::Refused(refusal))
            }
            Err(refusal) => {
                let change = self.refused_link_change(&question, &answer, refusal);
                let pause = if answer.is_misfit(refusal) {
                    self.count_mismatch(&question).await?
                } else {
                    None
                };
                match pause {
                    Some(until) => {
                        let shown = Refusal::TooManyAttempts { until };
                        self.close_refused(&flow, change, shown).await
                    }
                    None => self.refused_link(&question, change, refusal).await,
                }
            }
        }
    }

    /// Counts an identity that does not fit, before the page names the fields: the settings are
    /// no oracle either (`threats.md` F5). Gives the end of the pause, where there is one.
    pub(crate) async fn count_mismatch(
        &self,
        question: &LinkQuestion<'_>,
    ) -> Result<Option<Timestamp>, Fault> {
        let network = question.visitor.network;
        let limits = mismatch_limits(network, &question.identity.key, self.vault());
        let store = &self.ports.store;
        let verdict = store.count_attempt(&limits, Tried::Done, self.now());
        Ok(match verdict.await? {
            AttemptVerdict::Paused { until } => Some(until),
            AttemptVerdict::Go { .. } => None,
        })
    }

    /// The link was made meanwhile, by another tab: this flow has come to its end too.
    pub(crate) async fn stands_already(
        &self,
        actor: &Actor,
        flow: &Versioned<LinkFlow>,
        link: Option<Link>,
    ) -> Result<Outcome<Advance>, Fault> {
        let link = link.ok_or(Fault::Contradiction("a standing link is not there"))?;
        let closed = flow
            .value
            .clone()
            .linked(actor.account(), link.id, Vec::new(), link.linked_at)
            .map_err(|_| Fault::Contradiction("no link was being made"))?;
        self.ports.store.put_flow(&closed, flow.version).await?;
        Ok(Outcome::Done(self.standing(&closed)))
    }
}
