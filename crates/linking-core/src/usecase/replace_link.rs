//! «Заменить связь»: an account's link gives way to one to another identity of the provider
//! (`threats.md` E2), after the account's password.

use crate::{
    account::Versioned,
    change::{ChangeSet, Write},
    ids::FlowId,
    link::{
        ConsentFact, FlowPurpose, FlowState, LinkDecision, LinkFlow, LinkOrigin, LocalProof,
        WayOut, decide_replace,
    },
    ports::StoreError,
    refusal::Refusal,
    secret::Password,
    session::{Actor, SignInWay, Visitor},
    usecase::{
        Advance, Fault, FlowStep, Linking, LocalCredentials, NewSession, Outcome, TRIES,
        link_account::{LinkQuestion, NewLink},
        password::{CheckedPassword, InFlow},
    },
};

impl Linking {
    /// «Заменить связь»: the account's link ends and one to this flow's identity is made, one
    /// act with one record. `former` is the session of this browser: where the flow is bound to
    /// it, it goes on; else a new one takes its place.
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn replace_link(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        id: FlowId,
        password: Password,
    ) -> Result<Outcome<Advance>, Fault> {
        let mut flow = match self.flow_to_act_on(visitor, former, id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::Taken {
            identity,
            way: WayOut::Replace { account, .. },
            ..
        } = flow.value.state()
        else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        if self.provider(flow.value.provider()).is_none() {
            return self.provider_is_off(visitor, former, &flow.value).await;
        }
        let sheet = self.ports.store.account(*account).await?;
        let Some((login, first)) = sheet.as_ref().and_then(|sheet| {
            let first = sheet.first_membership()?;
            Some((sheet.account().login.clone(), first.organization.id))
        }) else {
            return Ok(Outcome::Refused(Refusal::WrongCredentials));
        };
        let credentials = LocalCredentials {
            organization: first,
            login,
            password,
        };
        let mut checked = match self
            .check_password(visitor, &credentials, Some(&identity.key))
            .await?
        {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let mut acting = former.cloned();
        for _ in 0..TRIES {
            match self
                .replaced(visitor, acting.as_ref(), &flow, &credentials, &checked)
                .await
            {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    let same = self.reload(&mut checked, &credentials.login).await?;
                    acting = match &acting {
                        Some(actor) => self.refreshed(actor).await?,
                        None => None,
                    };
                    match self.open_flow(visitor, acting.as_ref(), id).await? {
                        Ok(present) if same && present.value.state() == flow.value.state() => {
                            flow = present;
                        }
                        Ok(_) | Err(_) => break,
                    }
                }
                settled => return settled,
            }
        }
        let led_to =
            |step: &FlowStep| matches!(step, FlowStep::Done(_) | FlowStep::ChooseContacts { .. });
        match former {
            Some(actor) => self.lost_session(visitor, actor, id, led_to).await,
            None => self.lost_race(visitor, None, id).await,
        }
    }

    async fn replaced(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        credentials: &LocalCredentials,
        checked: &CheckedPassword,
    ) -> Result<Outcome<Advance>, Fault> {
        let FlowState::Taken {
            identity,
            consent,
            way: WayOut::Replace { account, epoch, .. },
        } = flow.value.state()
        else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        // The login may be another person's by now (`threats.md` E17).
        let decided = checked
            .decide(self, credentials.organization)
            .and_then(|(sheet, _)| {
                if sheet.account().id == *account {
                    Ok(sheet)
                } else {
                    Err(Refusal::WrongCredentials)
                }
            });
        let sheet = match decided {
            Ok(sheet) => sheet,
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
        let bound = former.filter(|_| flow.value.purpose().bound_to().is_some());
        let question = LinkQuestion {
            visitor,
            flow,
            identity,
            sheet,
            origin: match flow.value.purpose() {
                FlowPurpose::SignIn => LinkOrigin::FromProvider,
                FlowPurpose::Link { .. }
                | FlowPurpose::Refresh { .. }
                | FlowPurpose::StepUp { .. } => LinkOrigin::FromSettings,
            },
            consent: ConsentFact::Granted(consent.clone()),
            proof: LocalProof::Password,
        };
        let mut answer = self.ask(&question, decide_replace).await?;
        if sheet.account().epoch != *epoch {
            // Whatever ended the account's proofs ended this one (`threats.md` E6).
            answer.decision = Err(Refusal::FlowExpired);
        }
        match (&answer.decision, &answer.own_link) {
            (Ok(LinkDecision::Make { consent, offered }), Some(old)) => {
                let mut session = self.proved_session(visitor, bound, sheet.account());
                let new = NewLink {
                    consent,
                    offered: offered.clone(),
                    anchor: answer.known.anchor,
                    instead: Some(old),
                };
                let (change, linked) = self.link_change(&question, new, &mut session)?;
                let change = Self::with_session(change, former, bound, &session);
                self.ports
                    .store
                    .commit(checked.settle_right(change))
                    .await?;
                let standing = self.standing(&linked);
                Ok(Outcome::Done(Advance {
                    session: Some(session),
                    ..standing
                }))
            }
            // Another tab was quicker, and left the account's epoch as it was.
            (Ok(_), _) => {
                let change = self.refused_link_change(&question, &answer, &Refusal::FlowFinished);
                let change = checked.settle_right(change);
                self.close_refused(flow, change, Refusal::FlowFinished)
                    .await
            }
            (Err(refusal), _) => {
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

    /// The session that goes on: the one to which the flow is bound, or a new one.
    fn proved_session(
        &self,
        visitor: &Visitor,
        bound: Option<&Actor>,
        account: &crate::account::Account,
    ) -> NewSession {
        let now = Some(self.now());
        match bound {
            Some(actor) => {
                let mut renewed = self.reissued(&actor.session.value);
                renewed.session.proved_at = now;
                renewed
            }
            None => self.new_session(visitor, account.id, account.epoch, SignInWay::Password, now),
        }
    }

    /// Writes the session that goes on.
    fn with_session(
        change: ChangeSet,
        former: Option<&Actor>,
        bound: Option<&Actor>,
        session: &NewSession,
    ) -> ChangeSet {
        let session = session.session.clone();
        match bound {
            Some(actor) => change.write(Write::PutSession {
                session,
                read: actor.session.version,
            }),
            None => Self::replacing(change.write(Write::InsertSession(session)), former),
        }
    }
}
