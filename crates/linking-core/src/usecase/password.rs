//! The check of a local password: one counting, one hash, and what each result leaves.

use crate::{
    account::{Account, AccountSheet, PasswordHash},
    audit::{Act, By, Concern, Notice},
    change::{ChangeSet, Write},
    event::{Event, EventBody},
    ids::{AccountId, FlowId, OrganizationId},
    person::Login,
    ports::{AttemptVerdict, HashVerdict, Tag, Tried},
    provider::{IdentityKey, ProviderId},
    refusal::Refusal,
    secret::Password,
    session::{Computer, SignInWay, Visitor},
    sign_in::{
        AttemptCounters, AttemptDoor, LONGEST_PASSWORD_PAUSE, LocalProofResult,
        SHORTEST_PASSWORD_PAUSE, SignInProof, account_mismatch_limit, attempt_counters,
        decide_sign_in, known_browser_counters,
    },
    time::{KNOWN_BROWSER_LIFE, Timestamp},
    usecase::{Fault, Linking},
};

/// What the trail says of a try at which the hasher failed: no refusal, no wrong password.
const UNCHECKED: &str = "password-unchecked";

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

/// A flow in which a password is tried.
#[derive(Clone, Copy)]
pub(crate) struct InFlow<'a> {
    pub(crate) id: FlowId,
    pub(crate) provider: &'a ProviderId,
}

/// A local proof that was checked.
pub(crate) struct CheckedPassword {
    /// The account of the login, if there is one.
    pub(crate) sheet: Option<AccountSheet>,
    /// Whether the password is its.
    pub(crate) result: LocalProofResult,
    /// The hash that was looked at.
    looked_at: Option<PasswordHash>,
    /// The counters that counted this try.
    counters: AttemptCounters,
    /// When they did.
    begun_at: Timestamp,
    /// Until when a wrong password pauses now.
    pause: Option<Timestamp>,
}

impl CheckedPassword {
    /// The change that a right password makes to the counters.
    pub(crate) fn settle_right(&self, change: ChangeSet) -> ChangeSet {
        let change = change.write(Write::ClearAttempts(self.counters.login));
        let change = self.taken_back(change, &self.counters.shared);
        self.taken_back(change, &self.counters.mismatches)
    }

    /// The change that a right password with another person's identity makes: it counts for
    /// network and identity, never against the account's owner.
    pub(crate) fn settle_mismatch(&self, change: ChangeSet) -> ChangeSet {
        let change = change.write(Write::ClearAttempts(self.counters.login));
        let change = self.standing(change, &self.counters.shared);
        self.standing(change, &self.counters.mismatches)
    }

    /// The change that a wrong password makes: it is no mismatch.
    fn settle_wrong(&self, change: ChangeSet) -> ChangeSet {
        let change = self.standing(change, &[self.counters.login]);
        let change = self.standing(change, &self.counters.shared);
        self.taken_back(change, &self.counters.mismatches)
    }

    fn standing(&self, change: ChangeSet, counters: &[Tag]) -> ChangeSet {
        counters.iter().fold(change, |change, counter| {
            change.write(Write::StandAttempt {
                counter: *counter,
                begun_at: self.begun_at,
            })
        })
    }

    fn taken_back(&self, change: ChangeSet, counters: &[Tag]) -> ChangeSet {
        counters.iter().fold(change, |change, counter| {
            change.write(Write::ReturnAttempt {
                counter: *counter,
                begun_at: self.begun_at,
            })
        })
    }

    /// The account whose password it is.
    pub(crate) fn proved(&self) -> Option<AccountId> {
        match self.result {
            LocalProofResult::Right => self.sheet.as_ref().map(|sheet| sheet.account().id),
            LocalProofResult::Wrong => None,
        }
    }

    /// What `decide_sign_in` says of it at an organisation.
    pub(crate) fn decide(
        &self,
        linking: &Linking,
        organization: OrganizationId,
    ) -> Result<(&AccountSheet, SignInWay), Refusal> {
        let proof = SignInProof::Password {
            result: self.result,
            organization,
        };
        let policy = self.sheet.as_ref().map_or_else(
            || linking.policies().preset(),
            |sheet| linking.policy_of(sheet),
        );
        let way = decide_sign_in(self.sheet.as_ref(), proof, policy)?;
        let sheet = self.sheet.as_ref().ok_or(Refusal::WrongCredentials)?;
        Ok((sheet, way))
    }
}

fn stored_hash(sheet: Option<&AccountSheet>) -> Option<PasswordHash> {
    sheet
        .and_then(|sheet| sheet.account().password.as_ref())
        .map(|password| password.hash.clone())
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
        let now = self.now();
        let (counters, last) = match self.count_try(visitor, door, now).await? {
            Ok(counted) => counted,
            Err(until) => return Ok(Err(Refusal::TooManyAttempts { until })),
        };
        let sheet = self
            .ports
            .store
            .account_by_login(&credentials.login)
            .await?;
        let stored = stored_hash(sheet.as_ref());
        let verdict = match self
            .ports
            .hasher
            .verify(credentials.password.clone(), stored.clone())
            .await
        {
            Ok(verdict) => verdict,
            Err(error) => {
                self.return_attempts(visitor, &counters, now).await?;
                return Err(error.into());
            }
        };
        let result = match (verdict, &stored) {
            (HashVerdict::Match, Some(_)) => LocalProofResult::Right,
            (HashVerdict::Match, None) | (HashVerdict::Mismatch, _) => LocalProofResult::Wrong,
        };
        Ok(Ok(CheckedPassword {
            sheet,
            result,
            looked_at: stored,
            counters,
            begun_at: now,
            // A longer pause is that of mismatches, and a wrong password is none.
            pause: last.filter(|until| *until <= now + LONGEST_PASSWORD_PAUSE),
        }))
    }

    /// Counts one try. A pause holds for strangers: a browser in which the owner signed in before
    /// has a few tries of its own (`threats.md` F2). Gives the end of the pause where none is left.
    async fn count_try(
        &self,
        visitor: &Visitor,
        door: AttemptDoor<'_>,
        now: Timestamp,
    ) -> Result<Result<(AttemptCounters, Option<Timestamp>), Timestamp>, Fault> {
        let store = &self.ports.store;
        let usual = attempt_counters(door, self.vault());
        let until = match store
            .count_attempt(&usual.limits, Tried::Begun, now)
            .await?
        {
            AttemptVerdict::Go { last } => return Ok(Ok((usual, last))),
            AttemptVerdict::Paused { until } => until,
        };
        if visitor.computer.is_shared()
            || !store
                .knows_browser(door.login, &visitor.browser, now)
                .await?
        {
            return Ok(Err(until));
        }
        let own = known_browser_counters(door, &visitor.browser, self.vault());
        let verdict = store.count_attempt(&own.limits, Tried::Begun, now).await?;
        Ok(match verdict {
            AttemptVerdict::Go { last } => Ok((own, last)),
            AttemptVerdict::Paused { until } => Err(until),
        })
    }

    /// Remembers that the owner signed in by password in this browser; never on a shared
    /// computer.
    pub(crate) fn knowing(
        &self,
        change: ChangeSet,
        visitor: &Visitor,
        computer: Computer,
        account: &Account,
    ) -> ChangeSet {
        if visitor.computer.or(computer).is_shared() {
            return change;
        }
        change.write(Write::KnowBrowser {
            account: account.id,
            browser: visitor.browser,
            epoch: account.epoch,
            until: self.now() + KNOWN_BROWSER_LIFE,
        })
    }

    /// Counts a right password with another person's identity, and adds to the change what it
    /// comes to: from the fifth within a day on the password lets nobody in until a letter or the
    /// school gives a new one (`threats.md` F5).
    pub(crate) async fn expose_after_mismatches(
        &self,
        change: ChangeSet,
        sheet: &AccountSheet,
    ) -> Result<ChangeSet, Fault> {
        let now = self.now();
        let limits = [account_mismatch_limit(sheet.account().id, self.vault())];
        let counted = self.ports.store.count_attempt(&limits, Tried::Done, now);
        let exposed = match counted.await? {
            AttemptVerdict::Go { last } => last.is_some(),
            AttemptVerdict::Paused { .. } => true,
        };
        if !exposed {
            return Ok(change);
        }
        let mut account = sheet.account().clone();
        let concern = Concern {
            account: account.id,
            notice: Notice::PasswordExposed,
        };
        if let Some(password) = &mut account.password {
            password.exposed_at = Some(now);
        }
        let read = sheet.account.version;
        let account = Box::new(account);
        Ok(change
            .concern(concern)
            .write(Write::PutAccount { account, read }))
    }

    /// Nobody looked at the password: the try did not happen.
    async fn return_attempts(
        &self,
        visitor: &Visitor,
        counters: &AttemptCounters,
        begun_at: Timestamp,
    ) -> Result<(), Fault> {
        let act = Act::Refused {
            code: UNCHECKED.to_owned(),
            provider: None,
        };
        let audit = self.audit(By::Visitor, act, None, &visitor.agent, Vec::new());
        let change = counters
            .limits
            .iter()
            .fold(ChangeSet::new(audit), |change, limit| {
                change.write(Write::ReturnAttempt {
                    counter: limit.key,
                    begun_at,
                })
            });
        Ok(self.ports.store.commit(change).await?)
    }

    /// Reads the account of a checked password anew, for an act that lost a race. False if the
    /// password is another one since then: what was looked at proves nothing any more.
    pub(crate) async fn reload(
        &self,
        checked: &mut CheckedPassword,
        login: &Login,
    ) -> Result<bool, Fault> {
        let sheet = self.ports.store.account_by_login(login).await?;
        let id = |sheet: &Option<AccountSheet>| sheet.as_ref().map(|s| s.account().id);
        let same =
            id(&sheet) == id(&checked.sheet) && stored_hash(sheet.as_ref()) == checked.looked_at;
        checked.sheet = sheet;
        Ok(same)
    }

    /// Records a local proof that did not let in, and says what the person is told. A right
    /// password of a blocked account is no wrong one; every other cause counts and answers like
    /// a wrong password (`threats.md` F3). The owner is told of a pause.
    pub(crate) async fn refuse_password(
        &self,
        visitor: &Visitor,
        checked: &CheckedPassword,
        refusal: Refusal,
        flow: Option<InFlow<'_>>,
    ) -> Result<Refusal, Fault> {
        let account = checked.sheet.as_ref().map(|sheet| sheet.account().id);
        let mut told_by_letter = None;
        let (by, refusal, concerns) = match (refusal, account) {
            (Refusal::WrongCredentials, account) => {
                let told = account.zip(checked.pause).map(|(account, until)| Concern {
                    account,
                    notice: Notice::PasswordPaused { until },
                });
                told_by_letter = account.zip(checked.pause.filter(|until| {
                    // One letter for each row of pauses, at the first and shortest.
                    *until <= self.now() + SHORTEST_PASSWORD_PAUSE
                }));
                let shown = checked.pause.map_or(Refusal::WrongCredentials, |until| {
                    Refusal::TooManyAttempts { until }
                });
                (By::Visitor, shown, told)
            }
            (other, Some(account)) => (By::Account(account), other, None),
            (other, None) => (By::Visitor, other, None),
        };
        let act = Act::Refused {
            code: refusal.code().as_str().to_owned(),
            provider: flow.map(|flow| flow.provider.clone()),
        };
        let audit = self.audit(
            by,
            act,
            flow.map(|flow| flow.id),
            &visitor.agent,
            concerns.into_iter().collect(),
        );
        let change = ChangeSet::new(audit);
        let change = match by {
            By::Account(_) => checked.settle_right(change),
            By::Visitor | By::Operator | By::Program => checked.settle_wrong(change),
        };
        let change = match told_by_letter {
            Some((account, until)) => change.event(Event {
                id: self.event_id(),
                account,
                at: self.now(),
                agent: Some(visitor.agent.clone()),
                body: EventBody::PasswordPaused { until },
            }),
            None => change,
        };
        self.ports.store.commit(change).await?;
        Ok(refusal)
    }
}
