//! From the provider's side: consent, and the local password that makes the link (SGO-1).

use crate::{
    account::Versioned,
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    consent::GrantedConsent,
    ids::FlowId,
    link::{
        ConsentFact, FlowState, LinkDecision, LinkFlow, LinkOrigin, LocalProof, PlaceHint, WayOut,
    },
    ports::StoreError,
    refusal::Refusal,
    region::Organization,
    session::{Actor, SignInWay, Visitor},
    usecase::{
        Advance, Fault, Linking, LocalCredentials, Outcome, TRIES,
        link_account::{LinkQuestion, NewLink},
        password::{CheckedPassword, InFlow},
    },
};

impl Linking {
    /// «Продолжить» on the page «не связан»: the person agrees to the text of that version.
    /// With another version than ours the page is shown again.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn agree(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
        text_version: &str,
    ) -> Result<Outcome<Advance>, Fault> {
        self.settled(|| async {
            let flow = match self.flow_to_act_on(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            if self.open_provider(&flow.value, actor).is_none() {
                return self.provider_is_off(visitor, actor, &flow.value).await;
            }
            let Some(consent) = self.granted(&flow.value, text_version) else {
                return Ok(Outcome::Done(self.standing(&flow.value)));
            };
            let Ok(agreed) = flow.value.clone().agree(consent) else {
                return Ok(Outcome::Done(self.standing(&flow.value)));
            };
            self.ports.store.put_flow(&agreed, flow.version).await?;
            Ok(Outcome::Done(self.standing(&agreed)))
        })
        .await
    }

    pub(crate) fn granted(&self, flow: &LinkFlow, text_version: &str) -> Option<GrantedConsent> {
        let texts = &self.provider(flow.provider())?.consent;
        Some(GrantedConsent {
            text: texts.of_version(text_version)?.clone(),
            at: self.now(),
        })
    }

    /// Remembers another organisation, chosen on the page of the local password.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn choose_organization(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
        place: PlaceHint,
    ) -> Result<Outcome<Advance>, Fault> {
        self.settled(|| async {
            let flow = match self.flow_to_act_on(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let Ok(chosen) = flow.value.clone().choose_organization(place.clone()) else {
                return Ok(Outcome::Done(self.standing(&flow.value)));
            };
            self.ports.store.put_flow(&chosen, flow.version).await?;
            Ok(Outcome::Done(self.standing(&chosen)))
        })
        .await
    }

    /// «Войти» on the page of the local password, with the organisation as it was chosen there:
    /// the flow remembers it where it is another one, also if the password is wrong.
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn prove_at(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        id: FlowId,
        chosen: Option<&Organization>,
        credentials: LocalCredentials,
    ) -> Result<Outcome<Advance>, Fault> {
        let known = match self.open_flow(visitor, former, id).await? {
            Ok(flow) => flow.value.place().organization,
            Err(_) => None,
        };
        if let Some(chosen) = chosen.filter(|chosen| known != Some(chosen.id)) {
            let place = PlaceHint {
                region: chosen.region.code.clone(),
                organization: Some(chosen.id),
            };
            self.choose_organization(visitor, former, id, place).await?;
        }
        self.prove(visitor, former, id, credentials).await
    }

    /// «Войти» on the page of the local password: the right one makes the link (SGO-1). The
    /// provider's answer outlives wrong passwords and pauses (DN-9).
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn prove(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        id: FlowId,
        credentials: LocalCredentials,
    ) -> Result<Outcome<Advance>, Fault> {
        let mut flow = match self.flow_to_act_on(visitor, former, id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::Proving { identity, .. } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let mut checked = match self
            .check_password(visitor, &credentials, Some(&identity.key))
            .await?
        {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        for _ in 0..TRIES {
            match self
                .proved(visitor, former, &flow, &credentials, &checked)
                .await
            {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    let same_password = self.reload(&mut checked, &credentials.login).await?;
                    match self.open_flow(visitor, former, id).await? {
                        Ok(present)
                            if same_password && present.value.state() == flow.value.state() =>
                        {
                            flow = present;
                        }
                        Ok(_) | Err(_) => break,
                    }
                }
                settled => return settled,
            }
        }
        self.lost_race(visitor, former, id).await
    }

    async fn proved(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        credentials: &LocalCredentials,
        checked: &CheckedPassword,
    ) -> Result<Outcome<Advance>, Fault> {
        let FlowState::Proving { identity, consent } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let sheet = match checked.decide(self, credentials.organization) {
            Ok((sheet, _)) => sheet,
            Err(refusal) => {
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
        let question = LinkQuestion {
            visitor,
            flow,
            identity,
            sheet,
            origin: LinkOrigin::FromProvider,
            consent: ConsentFact::Granted(consent.clone()),
            proof: LocalProof::Password,
        };
        let answer = self.ask_link(&question).await?;
        let account = sheet.account();
        let fresh = || {
            self.new_session(
                &visitor.on(flow.value.computer()),
                account.id,
                account.epoch,
                SignInWay::Password,
                Some(self.now()),
            )
        };
        let (change, next, fresh) = match answer.decision.clone() {
            Ok(LinkDecision::Make { consent, offered }) => {
                let mut fresh = fresh();
                let new = NewLink {
                    consent: &consent,
                    offered,
                    anchor: answer.known.anchor,
                    instead: None,
                };
                let (change, linked) = self.link_change(&question, new, &mut fresh)?;
                (change, linked, fresh)
            }
            Ok(LinkDecision::Stands(_)) => {
                let fresh = fresh();
                let entered = flow
                    .value
                    .clone()
                    .signed_in(account.id, fresh.session.id)
                    .map_err(|_| Fault::Contradiction("no sign-in was awaited"))?;
                let way = SignInWay::Password;
                let audit = self.audit(
                    By::Account(account.id),
                    Act::SignedIn { way: way.clone() },
                    Some(flow.value.id()),
                    &visitor.agent,
                    vec![Concern {
                        account: account.id,
                        notice: Notice::SignedIn { way },
                    }],
                );
                let change = ChangeSet::new(audit)
                    .guard(Guard::Account {
                        id: account.id,
                        read: sheet.account.version,
                    })
                    .write(Write::PutFlow {
                        flow: Box::new(entered.clone()),
                        read: flow.version,
                    });
                (change, entered, fresh)
            }
            Err(refusal) => {
                let change = self.refused_link_change(&question, &answer, &refusal);
                let change = if answer.is_misfit(&refusal) {
                    let change = checked.settle_mismatch(change);
                    self.expose_after_mismatches(change, sheet).await?
                } else {
                    checked.settle_right(change)
                };
                return self.refused_link(&question, change, &refusal).await;
            }
        };
        let change = change.write(Write::InsertSession(fresh.session.clone()));
        let change = self.knowing(change, visitor, flow.value.computer(), account);
        let change = Self::replacing(checked.settle_right(change), former);
        self.ports.store.commit(change).await?;
        let standing = self.standing(&next);
        Ok(Outcome::Done(Advance {
            session: Some(fresh),
            ..standing
        }))
    }

    /// Somebody else was quicker, and nothing of ours was written: the flow's present page
    /// answers.
    pub(crate) async fn lost_race(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<Advance>, Fault> {
        Ok(match self.open_flow(visitor, actor, id).await? {
            Ok(flow) => Outcome::Done(self.standing(&flow.value)),
            Err(Refusal::FlowNotYours) => Outcome::Refused(Refusal::FlowFinished),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    /// Writes a refused link down: on to the way out of it, or to the end of the flow.
    pub(crate) async fn refused_link(
        &self,
        question: &LinkQuestion<'_>,
        change: ChangeSet,
        refusal: &Refusal,
    ) -> Result<Outcome<Advance>, Fault> {
        let account = question.sheet.account();
        let way = WayOut::of(refusal, question.origin, account.id, account.epoch);
        let (Some(way), ConsentFact::Granted(consent)) = (way, &question.consent) else {
            return self
                .close_refused(question.flow, change, refusal.clone())
                .await;
        };
        let taken = question
            .flow
            .value
            .clone()
            .taken(consent.clone(), way)
            .map_err(|_| Fault::Contradiction("no link was being made"))?;
        self.advance_flow(question.flow, taken, change).await
    }

    /// Writes a refused link down: the flow ends, and its claims die.
    pub(crate) async fn close_refused(
        &self,
        flow: &Versioned<LinkFlow>,
        change: ChangeSet,
        refusal: Refusal,
    ) -> Result<Outcome<Advance>, Fault> {
        let closed = flow
            .value
            .clone()
            .refuse(refusal)
            .map_err(|_| Fault::Contradiction("the flow cannot be refused"))?;
        self.advance_flow(flow, closed, change).await
    }
}
