//! Takes up what the provider sent back: claim, call, commit.

use crate::{
    account::Versioned,
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    link::{FlowPurpose, Interruption, LinkFlow, compare_identity},
    ports::{LinkedAccount, Purpose, StoreError},
    provider::{
        Answer, Decline, ProviderError, ProviderErrorKind, ProviderId, ProviderIdentity, Resume,
        Step,
    },
    refusal::Refusal,
    session::{Actor, Visitor},
    sign_in::{SignInProof, decide_sign_in},
    time::{RECENT, Timestamp},
    usecase::{Advance, ConnectedProvider, Fault, Linking, Outcome, flow_access::admits},
};

impl Linking {
    /// Takes up the provider's answer. `state` is the ticket as it came back; `provider` is the
    /// one at whose callback address it came. The adapter is called at most once for a ticket,
    /// with no transaction open (`threats.md` A8, I2).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn answer(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        provider: &ProviderId,
        state: &str,
        answer: Answer,
    ) -> Result<Outcome<Advance>, Fault> {
        let ticket = self.ports.vault.tag(Purpose::Ticket, state.as_bytes());
        let Some(flow) = self.ports.store.flow_by_ticket(&ticket).await? else {
            return Ok(Outcome::Refused(Refusal::FlowNotYours));
        };
        if flow.value.provider() != provider {
            return Ok(Outcome::Refused(Refusal::FlowNotYours));
        }
        if let Err(refusal) = admits(&flow.value, visitor, actor, self.now()) {
            if refusal == Refusal::FlowNotYours {
                self.record_foreign_answer(visitor, &flow.value).await?;
            }
            return Ok(Outcome::Refused(refusal));
        }
        let Ok((claimed, provider_state)) = flow.value.clone().claim(self.now()) else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let version = match self.ports.store.put_flow(&claimed, flow.version).await {
            Ok(version) => version,
            Err(StoreError::Conflict(_)) => return self.present(visitor, actor, &claimed).await,
            Err(error) => return Err(error.into()),
        };
        let Some(connected) = self.provider(provider) else {
            return Ok(Outcome::Refused(Refusal::ProviderOff));
        };
        let resume = Resume {
            flow: claimed.id(),
            state: provider_state,
            answer,
            begun_at: claimed.begun_at(),
            now: self.now(),
        };
        let step = connected
            .adapter
            .advance(resume)
            .await
            .and_then(|step| checked(step, connected));
        let claimed = Versioned {
            version,
            value: claimed,
        };
        match self.judge(visitor, actor, &claimed, step).await {
            Err(Fault::Store(StoreError::Conflict(_))) => {
                self.present(visitor, actor, &claimed.value).await
            }
            judged => judged,
        }
    }

    /// The page of a flow's present state, for whoever lost a race.
    async fn present(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &LinkFlow,
    ) -> Result<Outcome<Advance>, Fault> {
        Ok(match self.open_flow(visitor, actor, flow.id()).await? {
            Ok(present) => Outcome::Done(self.standing(&present.value)),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    async fn judge(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        step: Result<Step, ProviderError>,
    ) -> Result<Outcome<Advance>, Fault> {
        let (refusal, fault) = match step {
            Ok(Step::Verified(identity)) => {
                return self.verified(visitor, actor, flow, *identity).await;
            }
            Ok(Step::Declined(decline)) => (refusal_of(decline), None),
            Ok(Step::Ask { .. }) => (
                Refusal::ProviderUnavailable,
                Some(ProviderError::new(
                    ProviderErrorKind::Configuration,
                    "the adapter asked for a second step, which this program does not take",
                )),
            ),
            Err(error) => (
                match error.kind {
                    ProviderErrorKind::Unavailable
                    | ProviderErrorKind::Restart
                    | ProviderErrorKind::Configuration => Refusal::ProviderUnavailable,
                    ProviderErrorKind::AnswerInvalid => Refusal::ProviderAnswerInvalid,
                },
                Some(error),
            ),
        };
        let advance = self.interrupted(visitor, actor, flow, refusal).await?;
        Ok(Outcome::Done(Advance { fault, ..advance }))
    }

    /// Leaves the flow open for another try, with one audit record.
    async fn interrupted(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        refusal: Refusal,
    ) -> Result<Advance, Fault> {
        let act = Act::Refused {
            code: refusal.code().as_str().to_owned(),
            provider: Some(flow.value.provider().clone()),
        };
        let by = actor.map_or(By::Visitor, |actor| By::Account(actor.account()));
        let waiting = flow
            .value
            .clone()
            .interrupt(Interruption::Refused(refusal))
            .map_err(|_| Fault::Contradiction("a claimed flow cannot wait"))?;
        let audit = self.audit(by, act, Some(flow.value.id()), &visitor.agent, Vec::new());
        let change = ChangeSet::new(audit).write(Write::PutFlow {
            flow: Box::new(waiting.clone()),
            read: flow.version,
        });
        self.ports.store.commit(change).await?;
        Ok(self.standing(&waiting))
    }

    async fn verified(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        identity: ProviderIdentity,
    ) -> Result<Outcome<Advance>, Fault> {
        match (flow.value.purpose(), actor) {
            (FlowPurpose::SignIn, _) => self.entered(visitor, actor, flow, identity).await,
            (FlowPurpose::Link { .. }, _) => self.awaiting(flow, identity).await,
            (FlowPurpose::Refresh { link, .. }, Some(actor)) => {
                let links = self.ports.store.links_of(actor.account()).await?;
                match links.iter().find(|standing| standing.id == *link) {
                    Some(standing) if standing.identity == identity.key => {
                        let offered = flow.value.clone().offer_contacts(identity.claims.contacts);
                        let offered =
                            offered.map_err(|_| Fault::Contradiction("contacts not awaited"))?;
                        self.ports.store.put_flow(&offered, flow.version).await?;
                        Ok(Outcome::Done(self.standing(&offered)))
                    }
                    Some(other) => {
                        let refusal = Refusal::AccountLinkedAlready {
                            since: other.linked_at,
                        };
                        Ok(Outcome::Done(
                            self.interrupted(visitor, Some(actor), flow, refusal)
                                .await?,
                        ))
                    }
                    None => self.over(visitor, flow, Refusal::FlowFinished).await,
                }
            }
            (FlowPurpose::StepUp { link, .. }, Some(actor)) => {
                let links = self.ports.store.links_of(actor.account()).await?;
                let same = links
                    .iter()
                    .any(|l| l.id == *link && l.identity == identity.key);
                let fresh = identity.authenticated_at.filter(|at| {
                    let now = self.now();
                    *at <= now && now.signed_duration_since(*at) <= RECENT
                });
                match fresh.filter(|_| same) {
                    Some(at) => self.stepped_up(visitor, actor, flow, at).await,
                    None => Ok(Outcome::Done(
                        self.interrupted(visitor, Some(actor), flow, Refusal::StepUpNeeded)
                            .await?,
                    )),
                }
            }
            (FlowPurpose::Refresh { .. } | FlowPurpose::StepUp { .. }, None) => {
                Ok(Outcome::Refused(Refusal::FlowExpired))
            }
        }
    }

    async fn awaiting(
        &self,
        flow: &Versioned<LinkFlow>,
        identity: ProviderIdentity,
    ) -> Result<Outcome<Advance>, Fault> {
        let waiting = flow
            .value
            .clone()
            .verified(identity)
            .map_err(|_| Fault::Contradiction("no answer was awaited"))?;
        self.ports.store.put_flow(&waiting, flow.version).await?;
        Ok(Outcome::Done(self.standing(&waiting)))
    }

    async fn over(
        &self,
        visitor: &Visitor,
        flow: &Versioned<LinkFlow>,
        refusal: Refusal,
    ) -> Result<Outcome<Advance>, Fault> {
        let act = Act::Refused {
            code: refusal.code().as_str().to_owned(),
            provider: Some(flow.value.provider().clone()),
        };
        let closed = flow
            .value
            .clone()
            .refuse(refusal)
            .map_err(|_| Fault::Contradiction("a claimed flow cannot end"))?;
        let audit = self.audit(
            By::Visitor,
            act,
            Some(flow.value.id()),
            &visitor.agent,
            Vec::new(),
        );
        let change = ChangeSet::new(audit).write(Write::PutFlow {
            flow: Box::new(closed.clone()),
            read: flow.version,
        });
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(self.standing(&closed)))
    }

    /// A person came from the provider's side: in, or on to «не связан».
    async fn entered(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        identity: ProviderIdentity,
    ) -> Result<Outcome<Advance>, Fault> {
        let known = self.ports.store.identity(&identity.key).await?;
        let linked = known
            .links
            .iter()
            .find(|linked| linked.link.provider == *flow.value.provider());
        let Some(LinkedAccount { link, sheet }) = linked else {
            return self.awaiting(flow, identity).await;
        };
        let policy = self.policy_of(sheet);
        let way = match decide_sign_in(Some(sheet), SignInProof::Link(link), policy) {
            Ok(way) => way,
            Err(refusal) => return self.over(visitor, flow, refusal).await,
        };
        let account = sheet.account();
        let fresh = self.new_session(
            visitor,
            account.id,
            account.epoch,
            way.clone(),
            identity.authenticated_at,
        );
        let closed = flow
            .value
            .clone()
            .signed_in(account.id, fresh.session.id)
            .map_err(|_| Fault::Contradiction("no sign-in was awaited"))?;
        let mut concerns = vec![Concern {
            account: account.id,
            notice: Notice::SignedIn { way: way.clone() },
        }];
        if compare_identity(&account.profile, &identity.claims, policy.patronymic).differs() {
            let notice = Notice::DataParted {
                provider: link.provider.clone(),
            };
            concerns.push(Concern {
                account: account.id,
                notice,
            });
        }
        let audit = self.audit(
            By::Account(account.id),
            Act::SignedIn { way },
            Some(flow.value.id()),
            &visitor.agent,
            concerns,
        );
        let change = ChangeSet::new(audit)
            .guard(Guard::Account {
                id: account.id,
                read: sheet.account.version,
            })
            .write(Write::PutFlow {
                flow: Box::new(closed.clone()),
                read: flow.version,
            })
            .write(Write::UseLink {
                id: link.id,
                assurance: identity.assurance,
                at: self.now(),
            })
            .write(Write::InsertSession(fresh.session.clone()));
        self.ports
            .store
            .commit(Self::replacing(change, former))
            .await?;
        let standing = self.standing(&closed);
        Ok(Outcome::Done(Advance {
            session: Some(fresh),
            ..standing
        }))
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

/// What the core itself checks of a step, whatever the adapter says: the issuer is the
/// manifest's (`threats.md` C3), contacts are of different kinds.
fn checked(step: Step, connected: &ConnectedProvider) -> Result<Step, ProviderError> {
    if let Step::Verified(identity) = &step {
        let wrong = |what| Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, what));
        if identity.key.issuer != connected.adapter.manifest().issuer {
            return wrong("the identity's issuer is not the one of the manifest");
        }
        let mut kinds: Vec<_> = identity
            .claims
            .contacts
            .iter()
            .map(|contact| contact.value.kind())
            .collect();
        kinds.sort_unstable();
        if kinds
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
        {
            return wrong("two contacts of one kind");
        }
    }
    Ok(step)
}

fn refusal_of(decline: Decline) -> Refusal {
    match decline {
        Decline::ByPerson => Refusal::ConsentRefused,
        Decline::AssuranceTooLow | Decline::AccountUnfit => {
            Refusal::AssuranceTooLow { found: None }
        }
    }
}
