//! A forgotten password: a letter to the address that the school keeps, and the page that its
//! ticket opens.

use crate::{
    account::{AccountSheet, ContactKind, LocalPassword, PasswordHash, PasswordOrigin},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, FlowScope, SessionScope, Write},
    event::{Event, EventBody},
    ids::{AccountId, FlowId, RestoreKind},
    letter::{RestoreFacts, RestoreRequest, Ticket, TicketPurpose, decide_restore},
    link::Link,
    person::Login,
    ports::{AttemptVerdict, Purpose, StoreError, Tag, Tried},
    refusal::Refusal,
    secret::{Password, Secret256, SecretText},
    session::{Actor, SignInWay, Visitor},
    sign_in::{effective_ways, login_counter, restore_limits},
    usecase::{Fault, FlowStep, FlowView, Linking, Outcome, TRIES},
};

/// Longer than any login or address: the rest is not kept.
const MOST_TYPED: usize = 300;

/// The page of a letter's ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreView {
    /// For password managers.
    pub login: Login,
}

/// What there is beside the new password (`threats.md` D3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredView {
    /// Whose password it is.
    pub account: AccountId,
    /// By what the person can sign in today.
    pub ways: Vec<SignInWay>,
    /// The contacts that the diary keeps, masked.
    pub contacts: Vec<(ContactKind, String)>,
    /// The flow that waited for the new password.
    pub flow: Option<FlowId>,
}

/// Whether a flow waits for a new password.
const fn waits(view: &FlowView) -> bool {
    matches!(view.step, FlowStep::Prove { .. })
}

impl Linking {
    /// Somebody asks for a letter. What was typed is written down as it is, whether it names an
    /// account or not; the sender of letters looks (`threats.md` F3, F4). Past the limits nothing
    /// is written, and the answer stays the same.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ask_restore(
        &self,
        visitor: &Visitor,
        typed: &str,
        flow: Option<FlowId>,
    ) -> Result<(), Fault> {
        let typed = SecretText::new(typed.trim().chars().take(MOST_TYPED).collect());
        let now = self.now();
        let limits = restore_limits(visitor.network, typed.expose(), self.vault());
        let store = &self.ports.store;
        match store.count_attempt(&limits, Tried::Done, now).await? {
            AttemptVerdict::Paused { .. } => return Ok(()),
            AttemptVerdict::Go { .. } => {}
        }
        let request = RestoreRequest {
            id: self.id::<RestoreKind>(),
            at: now,
            typed,
            flow,
            agent: visitor.agent.clone(),
        };
        let act = Act::RestoreAsked;
        let audit = self.audit(By::Visitor, act, flow, &visitor.agent, Vec::new());
        let change = ChangeSet::new(audit).write(Write::InsertRestore(request));
        Ok(self.ports.store.commit(change).await?)
    }

    /// The flow of this browser that waits at the local password; one of another browser or at
    /// another step waits for none.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn waiting_flow(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: Option<FlowId>,
    ) -> Result<Option<FlowView>, Fault> {
        let Some(id) = id else { return Ok(None) };
        let outcome = self.flow(visitor, actor, id).await?;
        Ok(outcome.done().filter(waits))
    }

    /// Somebody asks for a letter in a flow that waits at the local password: as
    /// [`Self::ask_restore`]. At another step nobody is written to, and the flow stays as it is.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ask_restore_in_flow(
        &self,
        visitor: &Visitor,
        actor: Option<&Actor>,
        id: FlowId,
        typed: &str,
    ) -> Result<Outcome<FlowView>, Fault> {
        let outcome = self.flow(visitor, actor, id).await?;
        if let Outcome::Done(view) = &outcome
            && waits(view)
        {
            self.ask_restore(visitor, typed, Some(id)).await?;
        }
        Ok(outcome)
    }

    /// The tag of a letter's secret.
    pub(crate) fn letter_tag(&self, secret: &Secret256) -> Tag {
        self.ports.vault.tag(Purpose::Letter, secret.expose())
    }

    /// The tag of the address to which an account's letters go.
    pub(crate) fn address_tag(&self, sheet: &AccountSheet) -> Option<Tag> {
        let address = sheet.account().profile.letter_address()?;
        let key = address.key();
        Some(self.ports.vault.tag(Purpose::EmailTag, key.as_bytes()))
    }

    /// A ticket with its account as they are now, or why it does not work.
    async fn restorable(
        &self,
        secret: &Tag,
    ) -> Result<Result<(Ticket, AccountSheet), Refusal>, Fault> {
        let Some(ticket) = self.ports.store.ticket(secret).await? else {
            return Ok(Err(Refusal::TicketOld));
        };
        let sheet = self.ports.store.account(ticket.account).await?;
        let facts = RestoreFacts {
            ticket: Some(&ticket),
            sheet: sheet.as_ref(),
            address: sheet.as_ref().and_then(|sheet| self.address_tag(sheet)),
            now: self.now(),
        };
        let decided = decide_restore(&facts).cloned();
        Ok(decided.map(|sheet| (ticket, sheet)))
    }

    /// Whether a letter's ticket still sets a new password; looking uses nothing up.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn restore_view(&self, secret: &Secret256) -> Result<Outcome<RestoreView>, Fault> {
        let found = self.restorable(&self.letter_tag(secret)).await?;
        Ok(found.map_or_else(Outcome::Refused, |(_, sheet)| {
            Outcome::Done(RestoreView {
                login: sheet.account().login.clone(),
            })
        }))
    }

    /// Sets the new password by a letter's ticket: every session, flow and other ticket of before
    /// is dead, and the pauses of the login are over.
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn restore(
        &self,
        visitor: &Visitor,
        secret: &Secret256,
        password: Password,
    ) -> Result<Outcome<RestoredView>, Fault> {
        let tag = self.letter_tag(secret);
        let login = match self.restorable(&tag).await? {
            Ok((_, sheet)) => sheet.account().login.clone(),
            Err(refusal) => {
                self.record_refusal(visitor, None, None, None, &refusal)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        if let Err(fault) = password.fits(&login) {
            return Ok(Outcome::Refused(Refusal::PasswordUnfit { fault }));
        }
        let hash = self.ports.hasher.hash(password).await?;
        for _ in 1..TRIES {
            match self.restored(visitor, &tag, hash.clone()).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {}
                settled => return settled,
            }
        }
        self.restored(visitor, &tag, hash).await
    }

    async fn restored(
        &self,
        visitor: &Visitor,
        secret: &Tag,
        hash: PasswordHash,
    ) -> Result<Outcome<RestoredView>, Fault> {
        let (ticket, sheet) = match self.restorable(secret).await? {
            Ok(found) => found,
            Err(refusal) => {
                self.record_refusal(visitor, None, None, None, &refusal)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let now = self.now();
        let flow = match ticket.purpose {
            TicketPurpose::Restore { flow, .. } => flow,
            TicketPurpose::NotMe { .. } => None,
        };
        let links = self.ports.store.links_of(ticket.account).await?;
        let mut changed = sheet.clone();
        let account = &mut changed.account.value;
        account.epoch = account.epoch.next();
        account.password = Some(own_password(hash, now));
        let id = account.id;
        let by = By::Account(id);
        let change = self
            .password_changed(visitor, by, &changed, flow)
            .write(Write::UseTicket {
                secret: *secret,
                at: now,
            })
            .write(Write::PutAccount {
                account: Box::new(changed.account().clone()),
                read: sheet.account.version,
            })
            .write(Write::EndRestores(id))
            .write(Write::EndFlows {
                account: id,
                scope: FlowScope::All,
            })
            .write(Write::EndSessions {
                account: id,
                scope: SessionScope::All,
            })
            .write(Write::ClearAttempts(login_counter(
                &changed.account().login,
                self.vault(),
            )));
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(self.beside(&changed, &links, flow)))
    }

    /// What [`Self::restore`] told, as it is now, for the page that the browser of the press is
    /// led to. None, if there is no such account any more.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn restored_view(
        &self,
        account: AccountId,
        flow: Option<FlowId>,
    ) -> Result<Option<RestoredView>, Fault> {
        let Some(sheet) = self.ports.store.account(account).await? else {
            return Ok(None);
        };
        let links = self.ports.store.links_of(account).await?;
        Ok(Some(self.beside(&sheet, &links, flow)))
    }

    fn beside(&self, sheet: &AccountSheet, links: &[Link], flow: Option<FlowId>) -> RestoredView {
        let account = sheet.account();
        let standing: Vec<&Link> = links.iter().collect();
        let contacts = account.profile.contacts.iter();
        RestoredView {
            account: account.id,
            ways: effective_ways(sheet, &standing, self.policy_of(sheet)),
            contacts: contacts
                .map(|contact| (contact.value.kind(), contact.value.masked()))
                .collect(),
            flow,
        }
    }

    /// The record and the event of a changed password.
    pub(crate) fn password_changed(
        &self,
        visitor: &Visitor,
        by: By,
        sheet: &AccountSheet,
        flow: Option<FlowId>,
    ) -> ChangeSet {
        let account = sheet.account().id;
        let concern = Concern {
            account,
            notice: Notice::PasswordChanged,
        };
        let act = Act::PasswordChanged;
        let audit = self.audit(by, act, flow, &visitor.agent, vec![concern]);
        ChangeSet::new(audit).event(Event {
            id: self.event_id(),
            account,
            at: self.now(),
            agent: Some(visitor.agent.clone()),
            body: EventBody::PasswordChanged,
        })
    }
}

/// A password that its owner chose.
pub(crate) const fn own_password(
    hash: PasswordHash,
    set_at: crate::time::Timestamp,
) -> LocalPassword {
    LocalPassword {
        hash,
        origin: PasswordOrigin::Owner,
        set_at,
        exposed_at: None,
    }
}
