//! The own password: changed, or set where there was none.

use crate::{
    account::PasswordHash,
    audit::By,
    change::{FlowScope, SessionScope, Write},
    ports::StoreError,
    refusal::Refusal,
    secret::Password,
    session::{Actor, Visitor},
    sign_in::{decide_password_change, login_counter},
    usecase::{Fault, Linking, NewSession, Outcome, TRIES, restore::own_password},
};

impl Linking {
    /// Whether the acting session may set a password now.
    #[must_use]
    pub fn password_view(&self, actor: &Actor) -> Outcome<()> {
        decide_password_change(&actor.sheet, &actor.session.value, self.now())
            .map_or_else(Outcome::Refused, Outcome::Done)
    }

    /// Sets a new password: other sessions, flows and letters of before are dead by the new epoch,
    /// the acting session is re-issued (`threats.md` D2). The proof is looked at again with the
    /// write (E3).
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        password: Password,
    ) -> Result<Outcome<NewSession>, Fault> {
        if let Err(refusal) = decide_password_change(&actor.sheet, &actor.session.value, self.now())
        {
            self.record_refusal(visitor, Some(actor), None, None, &refusal)
                .await?;
            return Ok(Outcome::Refused(refusal));
        }
        if let Err(fault) = password.fits(&actor.sheet.account().login) {
            return Ok(Outcome::Refused(Refusal::PasswordUnfit { fault }));
        }
        let hash = self.ports.hasher.hash(password).await?;
        let mut acting = actor.clone();
        for _ in 0..TRIES {
            match self.password_set(visitor, &acting, hash.clone()).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    match self.refreshed(&acting).await? {
                        Some(fresh) => acting = fresh,
                        None => break,
                    }
                }
                settled => return settled,
            }
        }
        // Somebody else was quicker, and this session is over or goes by another secret.
        Ok(Outcome::Refused(Refusal::FlowExpired))
    }

    async fn password_set(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        hash: PasswordHash,
    ) -> Result<Outcome<NewSession>, Fault> {
        let now = self.now();
        if let Err(refusal) = decide_password_change(&actor.sheet, &actor.session.value, now) {
            self.record_refusal(visitor, Some(actor), None, None, &refusal)
                .await?;
            return Ok(Outcome::Refused(refusal));
        }
        let mut account = actor.sheet.account().clone();
        account.epoch = account.epoch.next();
        account.password = Some(own_password(hash, now));
        let mut renewed = self.reissued(&actor.session.value);
        renewed.session.epoch = account.epoch;
        let id = account.id;
        let counter = login_counter(&account.login, self.vault());
        let change = self
            .password_changed(visitor, By::Account(id), &actor.sheet, None)
            .write(Write::PutAccount {
                account: Box::new(account),
                read: actor.sheet.account.version,
            })
            .write(Write::EndRestores(id))
            .write(Write::EndFlows {
                account: id,
                scope: FlowScope::All,
            })
            .write(Write::EndSessions {
                account: id,
                scope: SessionScope::AllBut(renewed.session.id),
            })
            .write(Write::PutSession {
                session: renewed.session.clone(),
                read: actor.session.version,
            })
            .write(Write::ClearAttempts(counter));
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(renewed))
    }
}
