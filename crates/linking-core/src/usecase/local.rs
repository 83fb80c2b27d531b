//! The local password: signing in by it, stepping up by it.

use crate::{
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    ports::StoreError,
    refusal::Refusal,
    secret::Password,
    session::{Actor, Computer, Visitor},
    usecase::{
        Fault, Linking, LocalCredentials, NewSession, Outcome, TRIES, password::CheckedPassword,
    },
};

impl Linking {
    /// Signs in by the local password. `former` is the session that this browser had.
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn sign_in_locally(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        credentials: LocalCredentials,
    ) -> Result<Outcome<NewSession>, Fault> {
        let mut checked = match self.check_password(visitor, &credentials, None).await? {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        for _ in 1..TRIES {
            match self.let_in(visitor, former, &credentials, &checked).await {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    if !self.reload(&mut checked, &credentials.login).await? {
                        let wrong = Refusal::WrongCredentials;
                        let refusal = self.refuse_password(visitor, &checked, wrong, None).await?;
                        return Ok(Outcome::Refused(refusal));
                    }
                }
                settled => return settled,
            }
        }
        self.let_in(visitor, former, &credentials, &checked).await
    }

    async fn let_in(
        &self,
        visitor: &Visitor,
        former: Option<&Actor>,
        credentials: &LocalCredentials,
        checked: &CheckedPassword,
    ) -> Result<Outcome<NewSession>, Fault> {
        let (sheet, way) = match checked.decide(self, credentials.organization) {
            Ok(decided) => decided,
            Err(refusal) => {
                let refusal = self
                    .refuse_password(visitor, checked, refusal, None)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let account = sheet.account();
        let fresh = self.new_session(
            visitor,
            account.id,
            account.epoch,
            way.clone(),
            Some(self.now()),
        );
        let audit = self.audit(
            By::Account(account.id),
            Act::SignedIn { way: way.clone() },
            None,
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
            .write(Write::InsertSession(fresh.session.clone()));
        let change = self.knowing(change, visitor, Computer::Own, account);
        let change = Self::replacing(checked.settle_right(change), former);
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(fresh))
    }

    /// Proves the signed-in person once more by the local password (step-up, `threats.md` E3).
    /// Of two presses at once the second is told that the step is done.
    ///
    /// # Errors
    /// A fault of the store or the hasher.
    pub async fn step_up(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        password: Password,
    ) -> Result<Outcome<NewSession>, Fault> {
        let Some(first) = actor.sheet.first_membership() else {
            return Ok(Outcome::Refused(Refusal::WrongCredentials));
        };
        let credentials = LocalCredentials {
            organization: first.organization.id,
            login: actor.sheet.account().login.clone(),
            password,
        };
        let mut checked = match self.check_password(visitor, &credentials, None).await? {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let mut acting = actor.clone();
        for _ in 0..TRIES {
            match self
                .prove_once_more(visitor, &acting, &credentials, &checked)
                .await
            {
                Err(Fault::Store(StoreError::Conflict(_))) => {
                    let same = self.reload(&mut checked, &credentials.login).await?;
                    match self.refreshed(&acting).await?.filter(|_| same) {
                        Some(fresh) => acting = fresh,
                        None => break,
                    }
                }
                settled => return settled,
            }
        }
        Ok(Outcome::Refused(Refusal::FlowFinished))
    }

    async fn prove_once_more(
        &self,
        visitor: &Visitor,
        actor: &Actor,
        credentials: &LocalCredentials,
        checked: &CheckedPassword,
    ) -> Result<Outcome<NewSession>, Fault> {
        // The login may be another person's by now (`threats.md` E17).
        let decided = checked
            .decide(self, credentials.organization)
            .and_then(|(sheet, _)| {
                if sheet.account().id == actor.account() {
                    Ok(sheet)
                } else {
                    Err(Refusal::WrongCredentials)
                }
            });
        let sheet = match decided {
            Ok(sheet) => sheet,
            Err(refusal) => {
                let refusal = self
                    .refuse_password(visitor, checked, refusal, None)
                    .await?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let mut renewed = self.reissued(&actor.session.value);
        renewed.session.proved_at = Some(self.now());
        let audit = self.audit(
            By::Account(actor.account()),
            Act::SteppedUp,
            None,
            &visitor.agent,
            Vec::new(),
        );
        let change = checked
            .settle_right(ChangeSet::new(audit))
            .guard(Guard::Account {
                id: actor.account(),
                read: sheet.account.version,
            })
            .write(Write::PutSession {
                session: renewed.session.clone(),
                read: actor.session.version,
            });
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(renewed))
    }
}
