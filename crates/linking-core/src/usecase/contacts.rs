//! The contact choice: which contacts of a provider the diary keeps (`threats.md` E18).

use std::collections::BTreeSet;

use crate::{
    account::{ContactKind, ContactValue},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Write},
    ids::FlowId,
    link::FlowState,
    provider::ProviderId,
    session::{Actor, Visitor},
    usecase::{Advance, Fault, Linking, Outcome},
};

impl Linking {
    /// Keeps the ticked contacts of those that the provider gave in this flow, and no other
    /// value. Nothing ticked is an answer.
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
        let flow = match self.open_flow(visitor, Some(actor), id).await? {
            Ok(flow) => flow,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let FlowState::ChoosingContacts { offered, .. } = flow.value.state() else {
            return Ok(Outcome::Done(self.standing(&flow.value)));
        };
        let kept: Vec<ContactValue> = offered
            .iter()
            .map(|claim| claim.value.clone())
            .filter(|value| ticked.contains(&value.kind()))
            .collect();
        let chosen = flow
            .value
            .clone()
            .contacts_chosen()
            .map_err(|_| Fault::Contradiction("no choice was open"))?;
        let provider = flow.value.provider().clone();
        let change = self
            .contact_change(actor, &provider, kept, Some(id))
            .write(Write::PutFlow {
                flow: Box::new(chosen.clone()),
                read: flow.version,
            });
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(self.standing(&chosen)))
    }

    /// Unticks contacts in the settings: what is not among `kept` is erased at once. Adds
    /// nothing: for that the person goes to the provider once more.
    ///
    /// # Errors
    /// A fault of the store; a conflict if the profile changed meanwhile.
    pub async fn keep_contacts(
        &self,
        actor: &Actor,
        provider: &ProviderId,
        kept: &BTreeSet<ContactKind>,
    ) -> Result<(), Fault> {
        let values: Vec<ContactValue> = actor
            .sheet
            .account()
            .profile
            .contacts_from(provider)
            .map(|contact| contact.value.clone())
            .filter(|value| kept.contains(&value.kind()))
            .collect();
        let change = self.contact_change(actor, provider, values, None);
        Ok(self.ports.store.commit(change).await?)
    }

    fn contact_change(
        &self,
        actor: &Actor,
        provider: &ProviderId,
        values: Vec<ContactValue>,
        flow: Option<FlowId>,
    ) -> ChangeSet {
        let kept: Vec<ContactKind> = values.iter().map(ContactValue::kind).collect();
        let mut account = actor.sheet.account().clone();
        account.profile.keep_contacts(provider, values, self.now());
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
        ChangeSet::new(audit).write(Write::PutAccount {
            account: Box::new(account),
            read: actor.sheet.account.version,
        })
    }
}
