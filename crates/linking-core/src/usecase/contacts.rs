//! The contact choice: which contacts of a provider the diary keeps (`threats.md` E18).

use std::collections::BTreeSet;

use crate::{
    account::{Account, ContactKind, ContactValue},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    ids::FlowId,
    link::FlowState,
    ports::StoreError,
    provider::ProviderId,
    refusal::Refusal,
    session::{Actor, Visitor},
    usecase::{Advance, Fault, FlowStep, Linking, Outcome, TRIES},
};

impl Linking {
    /// Keeps the ticked contacts of those that the provider gave in this flow, and no other
    /// value. Nothing ticked is an answer. Where the link or the choice is gone meanwhile,
    /// nothing is kept.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn choose_contacts(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
        ticked: &BTreeSet<ContactKind>,
    ) -> Result<Outcome<Advance>, Fault> {
        let mut acting = actor.clone();
        for _ in 0..TRIES {
            match self.choose_once(visitor, &acting, id, ticked).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    match self.refreshed(&acting).await? {
                        Some(fresh) => acting = fresh,
                        None => break,
                    }
                }
                settled => return settled,
            }
        }
        self.lost_session(visitor, actor, id, |step| matches!(step, FlowStep::Done(_)))
            .await
    }

    async fn choose_once(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        id: FlowId,
        ticked: &BTreeSet<ContactKind>,
    ) -> Result<Outcome<Advance>, Fault> {
        let flow = match self.flow_to_act_on(visitor, Some(actor), id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::ChoosingContacts { offered, link, .. } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let refused = |refusal: Refusal| {
            let act = Act::Refused {
                code: refusal.code().as_str().to_owned(),
                provider: Some(flow.value.provider().clone()),
            };
            let by = By::Account(actor.account());
            ChangeSet::new(self.audit(by, act, Some(id), &visitor.agent, Vec::new()))
        };
        let wrong = |_| Fault::Contradiction("no choice was open");
        let links = self.ports.store.links_of(actor.account()).await?;
        if !links.iter().any(|standing| standing.id == *link) {
            let ended = flow.value.clone().link_ended().map_err(wrong)?;
            let change = refused(Refusal::FlowFinished);
            return self.advance_flow(&flow, ended, change).await;
        }
        let policy = self.policy_of(&actor.sheet);
        if !policy.contact_choice.is_on() || !policy.allows(flow.value.provider()) {
            let left = flow.value.clone().cancel();
            let change = refused(Refusal::ProviderOff);
            return self.advance_flow(&flow, left, change).await;
        }
        let kept: Vec<ContactValue> = offered
            .iter()
            .map(|claim| claim.value.clone())
            .filter(|value| ticked.contains(&value.kind()))
            .collect();
        let provider = flow.value.provider();
        let mut account = actor.sheet.account().clone();
        account.profile.keep_contacts(provider, kept, self.now());
        let change = self.contact_change(actor, provider, account, Some(id));
        let chosen = flow.value.clone().contacts_chosen().map_err(wrong)?;
        self.advance_flow(&flow, chosen, change).await
    }

    /// The provider whose contacts the settings show: the first linked one.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn contacts_provider(&self, actor: &Actor) -> Result<Option<ProviderId>, Fault> {
        let links = self.ports.store.links_of(actor.account()).await?;
        Ok(links.into_iter().next().map(|link| link.provider))
    }

    /// Unticks contacts in the settings: what is not among `kept` is erased at once. Adds
    /// nothing: for that the person goes to the provider once more. Gives the account as it is
    /// then.
    ///
    /// # Errors
    /// A fault of the store; a conflict if the session ended meanwhile.
    pub async fn keep_contacts(
        &self,
        actor: &Actor,
        provider: &ProviderId,
        kept: &BTreeSet<ContactKind>,
    ) -> Result<Account, Fault> {
        let mut acting = actor.clone();
        for _ in 1..TRIES {
            match self.keep_once(&acting, provider, kept).await {
                Err(Fault::Store(StoreError::Conflict(what))) => {
                    let lost = Fault::Store(StoreError::Conflict(what));
                    acting = self.refreshed(&acting).await?.ok_or(lost)?;
                }
                settled => return settled,
            }
        }
        self.keep_once(&acting, provider, kept).await
    }

    async fn keep_once(
        &self,
        actor: &Actor,
        provider: &ProviderId,
        kept: &BTreeSet<ContactKind>,
    ) -> Result<Account, Fault> {
        let mut account = actor.sheet.account().clone();
        account.profile.retain_contacts(provider, kept);
        let change = self.contact_change(actor, provider, account.clone(), None);
        self.ports.store.commit(change).await?;
        Ok(account)
    }

    /// The change that writes an account with other contacts of a provider.
    fn contact_change(
        &self,
        actor: &Actor,
        provider: &ProviderId,
        account: Account,
        flow: Option<FlowId>,
    ) -> ChangeSet {
        let kept: Vec<ContactKind> = account
            .profile
            .contacts_from(provider)
            .map(|contact| contact.value.kind())
            .collect();
        let audit = self.audit(
            By::Account(account.id),
            Act::ContactsChosen {
                provider: provider.clone(),
                kept: kept.clone(),
            },
            flow,
            &actor.session.value.agent,
            vec![Concern {
                account: account.id,
                notice: Notice::ContactsChosen { kept },
            }],
        );
        ChangeSet::new(audit)
            .guard(Guard::Session {
                id: actor.session.value.id,
                read: actor.session.version,
            })
            .write(Write::PutAccount {
                account: Box::new(account),
                read: actor.sheet.account.version,
            })
    }
}
