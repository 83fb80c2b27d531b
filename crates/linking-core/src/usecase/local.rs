//! The local password: counting tries, checking it, signing in by it, stepping up by it.

use crate::{
    account::AccountSheet,
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Write},
    ids::OrganizationId,
    person::Login,
    ports::{AttemptVerdict, HashVerdict},
    provider::{IdentityKey, ProviderId},
    refusal::Refusal,
    secret::Password,
    session::{Actor, Visitor},
    sign_in::{
        AttemptCounters, AttemptDoor, LocalProofResult, SignInProof, attempt_counters,
        decide_sign_in,
    },
    time::Timestamp,
    usecase::{Fault, Linking, NewSession, Outcome},
};

/// What a person typed to prove the local side.
#[derive(Debug, Clone)]
pub struct LocalCredentials {
    /// The chosen organisation.
    pub organization: OrganizationId,
    /// The login.
    pub login: Login,
    /// The password.
    pub password: Password,
}

/// A local proof that was checked.
pub(crate) struct CheckedPassword {
    /// The account of the login, if there is one.
    pub(crate) sheet: Option<AccountSheet>,
    /// Whether the password is its.
    pub(crate) result: LocalProofResult,
    /// The counters that counted this try.
    pub(crate) counters: AttemptCounters,
    /// Until when a wrong password pauses now.
    pub(crate) last: Option<Timestamp>,
}

impl CheckedPassword {
    /// The change that a right password makes to the counters.
    pub(crate) fn settle_right(&self, change: ChangeSet) -> ChangeSet {
        let change = change.write(Write::ClearAttempts(self.counters.login));
        self.counters
            .shared
            .iter()
            .chain(&self.counters.mismatches)
            .fold(change, |change, key| {
                change.write(Write::ReturnAttempt(*key))
            })
    }

    /// The change that a right password with another person's identity makes: it counts for
    /// network and identity, never against the account's owner.
    pub(crate) fn settle_mismatch(&self, change: ChangeSet) -> ChangeSet {
        change.write(Write::ClearAttempts(self.counters.login))
    }

    /// The change that a wrong password makes: it stays counted, but is no mismatch.
    pub(crate) fn settle_wrong(&self, change: ChangeSet) -> ChangeSet {
        self.counters.mismatches.iter().fold(change, |change, key| {
            change.write(Write::ReturnAttempt(*key))
        })
    }

    /// What a wrong password answers: the try that reaches the limit is told the pause.
    pub(crate) fn refusal(&self) -> Refusal {
        self.last.map_or(Refusal::WrongCredentials, |until| {
            Refusal::TooManyAttempts { until }
        })
    }
}

impl Linking {
    /// Counts the try, then looks at the password: one hash for each try that is not paused,
    /// whether the login exists or not (`threats.md` F1, F4, F6).
    pub(crate) async fn check_password(
        &self,
        visitor: &Visitor,
        credentials: &LocalCredentials,
        identity: Option<&IdentityKey>,
    ) -> Result<Result<CheckedPassword, Refusal>, Fault> {
        let door = AttemptDoor {
            login: &credentials.login,
            network: visitor.network,
            organization: credentials.organization,
            identity,
        };
        let counters = attempt_counters(door, self.vault());
        let last = match self
            .ports
            .store
            .count_attempt(&counters.limits, self.now())
            .await?
        {
            AttemptVerdict::Paused { until } => {
                return Ok(Err(Refusal::TooManyAttempts { until }));
            }
            AttemptVerdict::Go { last } => last,
        };
        let sheet = self
            .ports
            .store
            .account_by_login(&credentials.login)
            .await?;
        let stored = sheet
            .as_ref()
            .and_then(|sheet| sheet.account().password.as_ref())
            .map(|password| password.hash.clone());
        let verdict = self
            .ports
            .hasher
            .verify(credentials.password.clone(), stored)
            .await?;
        let result = match verdict {
            HashVerdict::Match => LocalProofResult::Right,
            HashVerdict::Mismatch => LocalProofResult::Wrong,
        };
        Ok(Ok(CheckedPassword {
            sheet,
            result,
            counters,
            last,
        }))
    }

    /// Records a local proof that did not let in; tells the owner of a pause.
    pub(crate) async fn record_wrong_password(
        &self,
        visitor: &Visitor,
        checked: &CheckedPassword,
        refusal: &Refusal,
        provider: Option<&ProviderId>,
    ) -> Result<(), Fault> {
        let concerns = match (checked.last, &checked.sheet) {
            (Some(until), Some(sheet)) => vec![Concern {
                account: sheet.account().id,
                notice: Notice::PasswordPaused { until },
            }],
            (None, _) | (_, None) => Vec::new(),
        };
        let act = Act::Refused {
            code: refusal.code().as_str().to_owned(),
            provider: provider.cloned(),
        };
        let audit = self.audit(By::Visitor, act, None, &visitor.agent, concerns);
        let change = checked.settle_wrong(ChangeSet::new(audit));
        Ok(self.ports.store.commit(change).await?)
    }

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
        let checked = match self.check_password(visitor, &credentials, None).await? {
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
        let (sheet, way) = match (
            &checked.sheet,
            decide_sign_in(checked.sheet.as_ref(), proof, policy),
        ) {
            (Some(sheet), Ok(way)) => (sheet, way),
            (_, refused) => {
                let refusal = match refused {
                    Err(Refusal::WrongCredentials) | Ok(_) => checked.refusal(),
                    Err(other) => other,
                };
                self.record_wrong_password(visitor, &checked, &refusal, None)
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
            .guard(crate::change::Guard::Account {
                id: account.id,
                read: sheet.account.version,
            })
            .write(Write::InsertSession(fresh.session.clone()));
        let change = Self::replacing(checked.settle_right(change), former);
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(fresh))
    }

    /// Proves the signed-in person once more by the local password (step-up, `threats.md` E3).
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
        let checked = match self.check_password(visitor, &credentials, None).await? {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        if checked.result == LocalProofResult::Wrong {
            let refusal = checked.refusal();
            self.record_wrong_password(visitor, &checked, &refusal, None)
                .await?;
            return Ok(Outcome::Refused(refusal));
        }
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
            .write(Write::PutSession {
                session: renewed.session.clone(),
                read: actor.session.version,
            });
        self.ports.store.commit(change).await?;
        Ok(Outcome::Done(renewed))
    }
}
