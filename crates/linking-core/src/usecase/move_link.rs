//! «Это тоже мой профиль»: an identity goes from one account of a person to another (`threats.md`
//! E1). Both accounts are proved in this flow: this one by its session, the other by its password.

use crate::{
    account::{AccountSheet, Versioned},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, FlowScope, SessionScope, Write},
    event::{Event, EventBody},
    ids::FlowId,
    link::{
        ConsentFact, FlowState, HolderFacts, Link, LinkDecision, LinkEnd, LinkFlow, LinkOrigin,
        LocalProof, WayOut, decide_holder, decide_move,
    },
    ports::StoreError,
    refusal::Refusal,
    session::{Actor, Visitor},
    usecase::{
        Advance, Fault, FlowStep, FlowView, Linking, LocalCredentials, Outcome, TRIES,
        link_account::{LinkQuestion, NewLink},
        links::Ending,
        password::{CheckedPassword, InFlow},
    },
};

impl Linking {
    /// The page that asks for the other account: a flow that stands there and a recent session,
    /// so that nobody types a password in vain.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn may_move(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
    ) -> Result<Outcome<FlowView>, Fault> {
        let outcome = self.flow(visitor, Some(actor), id).await?;
        Ok(match outcome {
            Outcome::Done(FlowView {
                step: FlowStep::Taken {
                    way: WayOut::Move, ..
                },
                ..
            }) if !actor.session.value.is_recent(self.now()) => {
                Outcome::Refused(Refusal::StepUpNeeded)
            }
            outcome => outcome,
        })
    }

    /// «Перенести связь»: the identity's link ends at the other account, and one to this account
    /// is made, together or not at all. Whatever does not prove the account that holds the
    /// identity counts and answers like a wrong password (`threats.md` F1, F3).
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn move_link(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
        credentials: LocalCredentials,
    ) -> Result<Outcome<Advance>, Fault> {
        let mut flow = match self.flow_to_act_on(visitor, Some(actor), id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::Taken {
            identity,
            way: WayOut::Move,
            ..
        } = flow.value.state()
        else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        if self.provider(flow.value.provider()).is_none() {
            return self
                .provider_is_off(visitor, Some(actor), &flow.value)
                .await;
        }
        if !actor.session.value.is_recent(self.now()) {
            return self.step_up_first(visitor, actor, &flow.value).await;
        }
        let mut checked = match self
            .check_password(visitor, &credentials, Some(&identity.key))
            .await?
        {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let mut acting = actor.clone();
        for _ in 0..TRIES {
            match self
                .moved(visitor, &acting, &flow, &credentials, &checked)
                .await
            {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    let same = self.reload(&mut checked, &credentials.login).await?;
                    let fresh = self.refreshed(&acting).await?.filter(|_| same);
                    let present = self.open_flow(visitor, fresh.as_ref(), id).await?;
                    match (fresh, present) {
                        (Some(fresh), Ok(present))
                            if present.value.state() == flow.value.state() =>
                        {
                            (acting, flow) = (fresh, present);
                        }
                        _ => break,
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

    /// The provider's answer is kept while the person proves themselves once more.
    async fn step_up_first(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        flow: &LinkFlow,
    ) -> Result<Outcome<Advance>, Fault> {
        let refusal = Refusal::StepUpNeeded;
        self.record_refusal(visitor, Some(actor), Some(flow), None, &refusal)
            .await?;
        Ok(Outcome::Refused(refusal))
    }

    async fn moved(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        flow: &Versioned<LinkFlow>,
        credentials: &LocalCredentials,
        checked: &CheckedPassword,
    ) -> Result<Outcome<Advance>, Fault> {
        let FlowState::Taken {
            identity, consent, ..
        } = flow.value.state()
        else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let known = self.ports.store.identity(&identity.key).await?;
        let entered = checked
            .decide(self, credentials.organization)
            .map(|(sheet, _)| sheet);
        let login = entered.clone().map(|sheet| sheet.account().id);
        let held = decide_holder(login, checked.proved(), &known.links);
        // The holder as it was when its password was looked at: a later one, with another
        // password, loses the race (`threats.md` E6).
        let (held, holder) = match (held, entered) {
            (Ok(held), Ok(sheet)) => (held, sheet),
            (Err(refusal), _) | (Ok(_), Err(refusal)) => {
                let place = InFlow {
                    id: flow.value.id(),
                    provider: flow.value.provider(),
                };
                let refusal = self
                    .refuse_password(visitor, checked, refusal, Some(place))
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let proof = if actor.session.value.is_recent(self.now()) {
            LocalProof::RecentSession
        } else {
            LocalProof::StaleSession
        };
        let question = LinkQuestion {
            visitor,
            flow,
            identity,
            sheet: &actor.sheet,
            origin: LinkOrigin::FromSettings,
            consent: ConsentFact::Granted(consent.clone()),
            proof,
        };
        let links = self.ports.store.links_of(held.link.account).await?;
        let facts_of_holder = HolderFacts {
            sheet: holder,
            links: &links,
            gives: &held.link,
            policy: self.policy_of(holder),
        };
        let mut answer = self
            .ask(&question, |facts, policy| {
                decide_move(facts, policy, &facts_of_holder)
            })
            .await?;
        match &answer.decision {
            Ok(LinkDecision::Make { consent, offered }) => {
                let mut renewed = self.reissued(&actor.session.value);
                let given = self.given_away(visitor, flow, holder, &held.link);
                let new = NewLink {
                    consent,
                    offered: offered.clone(),
                    // The end of the other link moves the anchor on, once.
                    anchor: answer.known.anchor.next(),
                    instead: None,
                };
                let (made, linked) = self.link_change(&question, new, &mut renewed)?;
                let change = given.and(made).write(Write::PutSession {
                    session: renewed.session.clone(),
                    read: actor.session.version,
                });
                self.ports
                    .store
                    .commit(checked.settle_right(change))
                    .await?;
                let standing = self.standing(&linked);
                Ok(Outcome::Done(Advance {
                    session: Some(renewed),
                    ..standing
                }))
            }
            Ok(LinkDecision::Stands(_)) => {
                let link = answer.own_link.take();
                self.stands_already(actor, flow, link).await
            }
            Err(Refusal::StepUpNeeded) => self.step_up_first(visitor, actor, &flow.value).await,
            Err(refusal) => {
                let change = self.refused_link_change(&question, &answer, refusal);
                let change = if answer.is_misfit(refusal) {
                    checked.settle_mismatch(change)
                } else {
                    checked.settle_right(change)
                };
                self.close_refused(flow, change, refusal.clone()).await
            }
        }
    }

    /// The change at the account that gives the identity away, with its own record.
    fn given_away(
        &self,
        visitor: &Visitor,
        flow: &Versioned<LinkFlow>,
        sheet: &AccountSheet,
        link: &Link,
    ) -> ChangeSet {
        let account = link.account;
        let provider = || link.provider.clone();
        let audit = self.audit(
            By::Account(account),
            Act::MovedAway {
                provider: provider(),
            },
            Some(flow.value.id()),
            &visitor.agent,
            vec![Concern {
                account,
                notice: Notice::MovedAway {
                    provider: provider(),
                },
            }],
        );
        let event = Event {
            id: self.event_id(),
            account,
            at: self.now(),
            agent: Some(visitor.agent.clone()),
            body: EventBody::MovedAway {
                link: link.id,
                provider: provider(),
            },
        };
        let ending = Ending {
            sheet,
            link,
            end: LinkEnd::Moved,
            flows: FlowScope::All,
        };
        let (change, _) = self.ending_writes(ChangeSet::new(audit), ending);
        change
            .write(Write::EndSessions {
                account,
                scope: SessionScope::All,
            })
            .event(event)
    }
}
