//! Sessions: begin, know again, list, end.

use crate::{
    account::{AccountSheet, AccountStatus, Epoch},
    audit::{Act, By, Concern, HistoryLine, Notice},
    change::{ChangeSet, SessionScope, Write},
    ids::{AccountId, AuditId, SessionId, SessionKind},
    ports::{Purpose, Tag},
    secret::Secret256,
    session::{Actor, Session, SignInWay, Visitor},
    time::Timestamp,
    usecase::{Fault, Linking},
};

use chrono::TimeDelta;

/// A session's use is noted at most this often.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A session and the secret that its browser keeps.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Goes into the cookie and nowhere else.
    pub secret: Secret256,
    /// The record.
    pub session: Session,
}

/// What became of a wish to end sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsEnd {
    /// The acting session is over.
    Own,
    /// Another one is over, or all others.
    Others,
    /// The account has no such session; nothing was changed.
    NotThere,
}

/// A page of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The lines, the newest first.
    pub lines: Vec<HistoryLine>,
    /// Before which line the next page begins; none where there is none.
    pub next: Option<AuditId>,
}

impl Linking {
    /// The keyed tag of a browser's secret.
    #[must_use]
    pub fn browser_tag(&self, secret: &Secret256) -> Tag {
        self.ports.vault.tag(Purpose::Browser, secret.expose())
    }

    /// The tags of a browser's secret by the other keys of the installation.
    #[must_use]
    pub fn other_browser_tags(&self, secret: &Secret256) -> Vec<Tag> {
        let vault = &self.ports.vault;
        vault.other_tags(Purpose::Browser, secret.expose())
    }

    pub(crate) fn new_session(
        &self,
        visitor: &Visitor,
        account: AccountId,
        epoch: Epoch,
        way: SignInWay,
        proved_at: Option<Timestamp>,
    ) -> NewSession {
        let now = self.now();
        let secret = Secret256::draw(self.random());
        let session = Session {
            id: self.id::<SessionKind>(),
            secret: self.ports.vault.tag(Purpose::Session, secret.expose()),
            browser: visitor.browser,
            account,
            epoch,
            way,
            started_at: now,
            seen_at: now,
            proved_at,
            agent: visitor.agent.clone(),
            computer: visitor.computer,
        };
        NewSession { secret, session }
    }

    /// The same session under a new secret (`threats.md` A4).
    pub(crate) fn reissued(&self, session: &Session) -> NewSession {
        let secret = Secret256::draw(self.random());
        let session = Session {
            secret: self.ports.vault.tag(Purpose::Session, secret.expose()),
            ..session.clone()
        };
        NewSession { secret, session }
    }

    /// Who acts, by the secret of the session cookie: none if there is no such session, if it
    /// belongs to another browser, if it is over, or if the account's epoch has moved on.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn actor(
        &self,
        visitor: &Visitor,
        secret: &Secret256,
    ) -> Result<Option<Actor>, Fault> {
        let vault = &self.ports.vault;
        let tag = vault.tag(Purpose::Session, secret.expose());
        let mut found = self.standing_actor(&tag).await?;
        for tag in vault.other_tags(Purpose::Session, secret.expose()) {
            if found.is_some() {
                break;
            }
            found = self.standing_actor(&tag).await?;
        }
        let here = |actor: &Actor| visitor.is_in(&actor.session.value.browser);
        let Some(mut actor) = found.filter(here) else {
            return Ok(None);
        };
        let now = self.now();
        let session = &mut actor.session.value;
        if now.signed_duration_since(session.seen_at) >= TOUCH_EVERY {
            self.ports.store.touch_session(session, now).await?;
            // Whoever writes this session anew must not make it older again.
            session.seen_at = now;
        }
        Ok(Some(actor))
    }

    /// The session of a secret, if it stands at this moment.
    async fn standing_actor(&self, secret: &Tag) -> Result<Option<Actor>, Fault> {
        let now = self.now();
        Ok(self.ports.store.session(secret).await?.filter(|actor| {
            let session = &actor.session.value;
            let account = actor.sheet.account();
            account.status == AccountStatus::Active && session.stands(account.epoch, now)
        }))
    }

    /// The acting session and its account as they are now, for an act that lost a race; none if
    /// the session is over or goes by another secret.
    pub(crate) async fn refreshed(&self, actor: &Actor) -> Result<Option<Actor>, Fault> {
        self.standing_actor(&actor.session.value.secret).await
    }

    /// Ends the acting session.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), Fault> {
        let session = &actor.session.value;
        let concern = Concern {
            account: actor.account(),
            notice: Notice::SignedOut,
        };
        let audit = self.audit(
            By::Account(actor.account()),
            Act::SignedOut,
            None,
            &session.agent,
            vec![concern],
        );
        let change = ChangeSet::new(audit).write(Write::EndSessions {
            account: actor.account(),
            scope: SessionScope::One(session.id),
        });
        Ok(self.ports.store.commit(change).await?)
    }

    /// «Где вы вошли»: the sessions that stand, the last used first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<Session>, Fault> {
        let now = self.now();
        let epoch = actor.sheet.account().epoch;
        let mut sessions = self.ports.store.sessions_of(actor.account()).await?;
        sessions.retain(|session| session.stands(epoch, now));
        Ok(sessions)
    }

    /// Ends a session of the same account, or all others than the acting one. A session of
    /// another account and one that is not there are the same (`threats.md` G7).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn end_sessions(
        &self,
        actor: &Actor,
        which: Option<SessionId>,
    ) -> Result<SessionsEnd, Fault> {
        let own = actor.session.value.id;
        let scope = match which {
            Some(id) if id == own => {
                self.sign_out(actor).await?;
                return Ok(SessionsEnd::Own);
            }
            Some(id) => {
                let sessions = self.sessions(actor).await?;
                if sessions.iter().all(|session| session.id != id) {
                    return Ok(SessionsEnd::NotThere);
                }
                SessionScope::One(id)
            }
            None => SessionScope::AllBut(own),
        };
        let concern = Concern {
            account: actor.account(),
            notice: Notice::SessionsEnded,
        };
        let audit = self.audit(
            By::Account(actor.account()),
            Act::SessionsEnded,
            None,
            &actor.session.value.agent,
            vec![concern],
        );
        let change = ChangeSet::new(audit).write(Write::EndSessions {
            account: actor.account(),
            scope,
        });
        let change = match which {
            Some(_) => change,
            // «Выйти везде»: nor does a letter of before open the account (`threats.md` D2).
            None => change.write(Write::EndRestores(actor.account())),
        };
        self.ports.store.commit(change).await?;
        Ok(SessionsEnd::Others)
    }

    /// A page of the own history, the newest first: at most `size` lines older than `before`, and
    /// where it goes on. Lines that are added meanwhile move none from page to page.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn history_page(
        &self,
        actor: &Actor,
        before: Option<AuditId>,
        size: u16,
    ) -> Result<HistoryPage, Fault> {
        let one_more = size.saturating_add(1);
        let mut lines = self.history(actor, before, one_more).await?;
        let goes_on = lines.len() > usize::from(size);
        lines.truncate(size.into());
        let next = lines.last().map(|line| line.id).filter(|_| goes_on);
        Ok(HistoryPage { lines, next })
    }

    /// The own history, the newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn history(
        &self,
        actor: &Actor,
        before: Option<AuditId>,
        limit: u16,
    ) -> Result<Vec<HistoryLine>, Fault> {
        Ok(self
            .ports
            .store
            .history(actor.account(), before, limit)
            .await?)
    }

    /// Ends the session that this browser had before another one begins in it: the second
    /// sign-in wins (`threats.md` G17).
    pub(crate) fn replacing(change: ChangeSet, former: Option<&Actor>) -> ChangeSet {
        match former {
            Some(actor) => change.write(Write::EndSessions {
                account: actor.account(),
                scope: SessionScope::One(actor.session.value.id),
            }),
            None => change,
        }
    }

    /// The civil day at an account's organisation.
    pub(crate) fn day_of(&self, sheet: &AccountSheet) -> chrono::NaiveDate {
        let now = self.now();
        sheet.first_membership().map_or_else(
            || now.date_naive(),
            |m| m.organization.region.offset.day_of(now),
        )
    }
}
