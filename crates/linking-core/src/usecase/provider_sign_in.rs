//! A person came from the provider's side: in, or on to «не связан».

use crate::{
    account::{Version, Versioned},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    ids::FlowId,
    link::{FlowState, LinkFlow, compare_identity},
    ports::LinkedAccount,
    provider::{ProviderIdentity, Switch},
    refusal::Refusal,
    session::{Actor, Recognition, Visitor},
    sign_in::{SignInProof, decide_sign_in},
    usecase::{Advance, Fault, Linking, Outcome},
};

impl Linking {
    /// Signs a linked person in; whoever is not linked yet reads what follows.
    pub(crate) async fn entered(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        flow: &Versioned<LinkFlow>,
        identity: &ProviderIdentity,
    ) -> Result<Outcome<Advance>, Fault> {
        let known = self.ports.store.identity(&identity.key).await?;
        let linked = known
            .links
            .iter()
            .find(|linked| linked.link.provider == *flow.value.provider());
        let Some(LinkedAccount { link, sheet }) = linked else {
            return self.awaiting(flow, identity, known.anchor).await;
        };
        // Before anything is said of the account: another person may sit here.
        if matches!(flow.value.state(), FlowState::Claimed { .. })
            && self.recognition(&flow.value) == Recognition::Needed
        {
            return self.recognising(flow, identity, known.anchor).await;
        }
        if self.recognition(&flow.value) == Recognition::NotNeeded
            && flow.value.computer().is_shared()
            && !self.signed_in_anew(&flow.value, identity)
        {
            return self
                .interrupted(visitor, former, flow, Refusal::StepUpNeeded)
                .await;
        }
        let policy = self.policy_of(sheet);
        let way = match decide_sign_in(Some(sheet), SignInProof::Link(link), policy) {
            Ok(way) => way,
            Err(refusal) => return self.over(visitor, former, flow, refusal).await,
        };
        let account = sheet.account();
        let fresh = self.new_session(
            &visitor.on(flow.value.computer()),
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
            concerns.push(Concern {
                account: account.id,
                notice: Notice::DataParted {
                    provider: link.provider.clone(),
                },
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

    /// Whether «Это вы?» stands before this sign-in.
    fn recognition(&self, flow: &LinkFlow) -> Recognition {
        let forced = self
            .provider(flow.provider())
            .map_or(Switch::Off, |connected| {
                connected.adapter.manifest().forced_sign_in
            });
        flow.computer().recognition(forced)
    }

    /// Keeps the verified answer until «Да, это я».
    async fn recognising(
        &self,
        flow: &Versioned<LinkFlow>,
        identity: &ProviderIdentity,
        anchor: Version,
    ) -> Result<Outcome<Advance>, Fault> {
        let asked = flow
            .value
            .clone()
            .recognise(identity.clone())
            .map_err(|_| Fault::Contradiction("no sign-in was awaited"))?
            .with_anchor(anchor);
        self.ports.store.put_flow(&asked, flow.version).await?;
        Ok(Outcome::Done(self.standing(&asked)))
    }

    /// «Да, это я» on a shared computer: lets in by the facts of this moment.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn enter(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        id: FlowId,
    ) -> Result<Outcome<Advance>, Fault> {
        self.settled(|| async {
            let flow = match self.flow_to_act_on(visitor, former, id).await? {
                Ok(flow) => flow,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            };
            let FlowState::Recognising { identity } = flow.value.state() else {
                return Ok(Outcome::Done(self.standing(&flow.value)));
            };
            if self.open_provider(&flow.value, former).is_none() {
                return self.provider_is_off(visitor, former, &flow.value).await;
            }
            self.entered(visitor, former, &flow, identity).await
        })
        .await
    }

    /// Keeps the verified answer until the person goes on. The identity's anchor goes with it:
    /// a link made or ended meanwhile makes this answer stale (`threats.md` E5).
    pub(crate) async fn awaiting(
        &self,
        flow: &Versioned<LinkFlow>,
        identity: &ProviderIdentity,
        anchor: Version,
    ) -> Result<Outcome<Advance>, Fault> {
        let waiting = flow
            .value
            .clone()
            .verified(identity.clone())
            .map_err(|_| Fault::Contradiction("no answer was awaited"))?
            .with_anchor(anchor);
        self.ports.store.put_flow(&waiting, flow.version).await?;
        Ok(Outcome::Done(self.standing(&waiting)))
    }
}
