//! Links: from the provider's side by the local password, from the settings by «Связать».

use crate::{
    account::Versioned,
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Write},
    consent::GrantedConsent,
    ids::{FlowId, LinkId},
    link::{ConsentFact, FlowState, LinkDecision, LinkFlow, LinkOrigin, LocalProof, PlaceHint},
    ports::StoreError,
    refusal::Refusal,
    session::{Actor, SignInWay, Visitor},
    sign_in::{SignInProof, decide_sign_in},
    usecase::{
        Advance, Fault, Linking, LocalCredentials, Outcome,
        link_account::{LinkQuestion, is_mismatch},
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
            let flow = match self.open_flow(visitor, actor, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
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

    fn granted(&self, flow: &LinkFlow, text_version: &str) -> Option<GrantedConsent> {
        let text = &self.provider(flow.provider())?.consent;
        (text.version == text_version).then(|| GrantedConsent {
            text: text.clone(),
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
            let flow = match self.open_flow(visitor, actor, id).await? {
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
        let flow = match self.open_flow(visitor, former, id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::Proving { identity, consent } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let checked = match self
            .check_password(visitor, &credentials, Some(&identity.key))
            .await?
        {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let proof = SignInProof::Password {
            result: checked.result,
            organization: credentials.organization,
        };
        let policy = checked
            .sheet
            .as_ref()
            .map_or_else(|| self.policies().preset(), |sheet| self.policy_of(sheet));
        let sheet = match (
            &checked.sheet,
            decide_sign_in(checked.sheet.as_ref(), proof, policy),
        ) {
            (Some(sheet), Ok(_)) => sheet,
            (_, refused) => {
                let refusal = match refused {
                    Err(Refusal::WrongCredentials) | Ok(_) => checked.refusal(),
                    Err(other) => other,
                };
                let provider = Some(flow.value.provider());
                self.record_wrong_password(visitor, &checked, &refusal, provider)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let question = LinkQuestion {
            visitor,
            flow: &flow,
            identity,
            sheet,
            origin: LinkOrigin::FromProvider,
            consent: ConsentFact::Granted(consent.clone()),
            proof: LocalProof::Password,
        };
        let answer = self.ask_link(&question).await?;
        let account = sheet.account();
        match answer.decision {
            Ok(LinkDecision::Make { consent, offered }) => {
                let fresh = self.new_session(
                    visitor,
                    account.id,
                    account.epoch,
                    SignInWay::Password,
                    Some(self.now()),
                );
                let (change, linked) =
                    self.link_change(&question, &answer.known, &consent, offered, &fresh)?;
                let change =
                    checked.settle_right(change.write(Write::InsertSession(fresh.session.clone())));
                match self
                    .ports
                    .store
                    .commit(Self::replacing(change, former))
                    .await
                {
                    Ok(()) => {}
                    Err(StoreError::Conflict(_)) => {
                        return self.lost_race(visitor, former, id).await;
                    }
                    Err(error) => return Err(error.into()),
                }
                let standing = self.standing(&linked);
                Ok(Outcome::Done(Advance {
                    session: Some(fresh),
                    ..standing
                }))
            }
            Ok(LinkDecision::Stands(_)) => {
                let fresh = self.new_session(
                    visitor,
                    account.id,
                    account.epoch,
                    SignInWay::Password,
                    Some(self.now()),
                );
                let entered = flow
                    .value
                    .clone()
                    .signed_in(account.id, fresh.session.id)
                    .map_err(|_| Fault::Contradiction("no sign-in was awaited"))?;
                let way = SignInWay::Password;
                let audit = self.audit(
                    By::Account(account.id),
                    Act::SignedIn { way: way.clone() },
                    Some(id),
                    &visitor.agent,
                    vec![Concern {
                        account: account.id,
                        notice: Notice::SignedIn { way },
                    }],
                );
                let change = ChangeSet::new(audit)
                    .write(Write::PutFlow {
                        flow: Box::new(entered.clone()),
                        read: flow.version,
                    })
                    .write(Write::InsertSession(fresh.session.clone()));
                let change = Self::replacing(checked.settle_right(change), former);
                self.ports.store.commit(change).await?;
                let standing = self.standing(&entered);
                Ok(Outcome::Done(Advance {
                    session: Some(fresh),
                    ..standing
                }))
            }
            Err(refusal) => {
                let change = self.refused_link_change(&question, &answer.known, &refusal);
                let change = if is_mismatch(refusal.code()) {
                    checked.settle_mismatch(change)
                } else {
                    checked.settle_right(change)
                };
                self.close_refused(&flow, change, refusal).await
            }
        }
    }

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
        let flow = match self.open_flow(visitor, Some(actor), id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::Confirming { identity } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
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
        let answer = self.ask_link(&question).await?;
        match answer.decision {
            Ok(LinkDecision::Make { consent, offered }) => {
                let renewed = self.reissued(&actor.session.value);
                let (change, linked) =
                    self.link_change(&question, &answer.known, &consent, offered, &renewed)?;
                let change = change.write(Write::PutSession {
                    session: renewed.session.clone(),
                    read: actor.session.version,
                });
                match self.ports.store.commit(change).await {
                    Ok(()) => {
                        let standing = self.standing(&linked);
                        Ok(Outcome::Done(Advance {
                            session: Some(renewed),
                            ..standing
                        }))
                    }
                    Err(StoreError::Conflict(_)) => self.lost_race(visitor, Some(actor), id).await,
                    Err(error) => Err(error.into()),
                }
            }
            Ok(LinkDecision::Stands(link)) => self.stands_already(actor, &flow, link).await,
            // The provider's answer is kept while the person proves themselves once more.
            Err(Refusal::StepUpNeeded) => Ok(Outcome::Refused(Refusal::StepUpNeeded)),
            Err(refusal) => {
                let change = self.refused_link_change(&question, &answer.known, &refusal);
                self.close_refused(&flow, change, refusal).await
            }
        }
    }

    async fn stands_already(
        &self,
        actor: &Actor,
        flow: &Versioned<LinkFlow>,
        link: LinkId,
    ) -> Result<Outcome<Advance>, Fault> {
        let closed = flow
            .value
            .clone()
            .linked(actor.account(), link, Vec::new(), self.now())
            .map_err(|_| Fault::Contradiction("no link was being made"))?;
        self.ports.store.put_flow(&closed, flow.version).await?;
        Ok(Outcome::Done(self.standing(&closed)))
    }

    /// Somebody else was quicker, and nothing of ours was written: the flow's present page
    /// answers. Where it is still open, one more press decides by the new facts.
    async fn lost_race(
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

    /// Writes a refused link down: the flow ends, and its claims die.
    async fn close_refused(
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
        let change = change.write(Write::PutFlow {
            flow: Box::new(closed.clone()),
            read: flow.version,
        });
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(self.standing(&closed)))
    }
}
