//! Change sets: all or nothing, guards, order.

use std::sync::Arc;

use linking_core::{
    account::{AccountSheet, AccountStatus, Version},
    change::{ChangeSet, FlowScope, Guard, SessionScope, Write},
    consent::{Consent, ConsentStatus},
    link::{FlowPurpose, Link, LinkFlow},
    ports::IdentitySheet,
    provider::AssuranceLevel,
    session::Session,
};

use crate::{
    people::{self, START, identity_key},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict, other_provider},
    },
};

/// What a change in [`nothing_of_a_refused_change_is_written`] touches.
struct Scene {
    stage: Stage,
    teacher: AccountSheet,
    link: Link,
    session: Session,
    flow: LinkFlow,
}

impl Scene {
    async fn set(store: Arc<dyn ConformingStore>) -> Self {
        let stage = Stage::peopled(store).await;
        let account = stage.teacher().await.account.value.id;
        let link = stage.linked(account, "1").await;
        let session = stage.session(account).await;
        let purpose = stage.link_purpose(account);
        let flow = stage.begun(stage.start(purpose)).await;
        Self {
            teacher: stage.teacher().await,
            stage,
            link,
            session,
            flow,
        }
    }

    /// Everything that a reader can see of the scene.
    async fn seen(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let store = &self.stage.store;
        let account = self.teacher.account.value.id;
        let second = identity_key("2");
        let seen_flow = store.flow(self.flow.id()).await.unwrap();
        let identities: Vec<IdentitySheet> = vec![
            store.identity(&self.link.identity).await.unwrap(),
            store.identity(&second).await.unwrap(),
        ];
        (
            store.account(account).await.unwrap(),
            store.links_of(account).await.unwrap(),
            identities,
            seen_flow.map(|flow| (flow.version, flow.value)),
            store.sessions_of(account).await.unwrap(),
            store.history(account, None, 100).await.unwrap(),
        )
    }

    /// One write of every kind, each of which would go well by itself.
    async fn writes(&self) -> Vec<Write> {
        let stage = &self.stage;
        let account = self.teacher.account.value.id;
        let mut blocked = self.teacher.account.value.clone();
        blocked.status = AccountStatus::Blocked;
        let second = Link {
            provider: other_provider(),
            ..stage.link(account, identity_key("2"))
        };
        let read = stage.store.session(&self.session.secret).await.unwrap();
        let renewed = Session {
            secret: stage.tag(),
            ..self.session.clone()
        };
        vec![
            Write::PutAccount {
                account: Box::new(blocked),
                read: self.teacher.account.version,
            },
            Stage::insert(&second, Version::NEW),
            Write::UseLink {
                id: self.link.id,
                assurance: AssuranceLevel::Child,
                at: START,
            },
            Stage::end(&self.link),
            Write::PutFlow {
                flow: Box::new(self.flow.clone().cancel()),
                read: stage.version(&self.flow).await,
            },
            Write::EndFlows {
                account,
                scope: FlowScope::All,
            },
            Write::PutSession {
                session: renewed,
                read: read.unwrap().session.version,
            },
            Write::InsertSession(stage.new_session(account)),
            Write::EndSessions {
                account,
                scope: SessionScope::All,
            },
            Write::InsertConsent(Consent {
                id: stage.id(),
                account,
                provider: people::provider(),
                text: people::consent_text(),
                given_at: START,
                status: ConsentStatus::Granted,
            }),
            Write::WithdrawConsent {
                account,
                provider: people::provider(),
                at: START,
            },
            Write::ClearAttempts(stage.tag()),
            Write::StandAttempt {
                counter: stage.tag(),
                begun_at: START,
            },
            Write::ReturnAttempt {
                counter: stage.tag(),
                begun_at: START,
            },
        ]
    }
}

/// Half a set is never written (`threats.md` T5, I3): whatever stands before the write that
/// conflicts, and whatever stands behind it, is as it was; history and audit have no line of it.
pub async fn nothing_of_a_refused_change_is_written(store: Arc<dyn ConformingStore>) {
    let scene = Scene::set(store).await;
    let account = scene.teacher.account.value.id;
    let before = scene.seen().await;
    let writes = scene.writes().await;
    let conflict = || Write::UseLink {
        id: scene.stage.id(),
        assurance: AssuranceLevel::Verified,
        at: START,
    };
    for place in 0..=writes.len() {
        let mut change = scene.stage.change(account);
        for (number, write) in writes.iter().enumerate() {
            if number == place {
                change = change.write(conflict());
            }
            change = change.write(write.clone());
        }
        if place == writes.len() {
            change = change.write(conflict());
        }
        let refused = scene.stage.commit(change).await;
        assert!(is_conflict(&refused), "{place}: {refused:?}");
        assert_eq!(scene.seen().await, before, "{place}");
    }
    // The same writes without the conflict go well, so that each of them was worth something.
    let change = writes
        .into_iter()
        .fold(scene.stage.change(account), ChangeSet::write);
    scene.stage.commit(change).await.unwrap();
    assert_ne!(scene.seen().await, before);
    let links = scene.stage.store.links_of(account).await.unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].provider, other_provider());
    assert_eq!(scene.stage.store.sessions_of(account).await, Ok(Vec::new()));
}

/// A guard whose record has changed, or is gone, refuses the whole change (`threats.md` C13).
pub async fn c13_a_stale_guard_is_refused(store: Arc<dyn ConformingStore>) {
    let scene = Scene::set(store).await;
    let stage = &scene.stage;
    let account = scene.teacher.account.value.id;
    let actor = stage
        .store
        .session(&scene.session.secret)
        .await
        .unwrap()
        .unwrap();
    let key = &scene.link.identity;
    let anchor = stage.anchor(key).await;
    let of_account = |read| Guard::Account { id: account, read };
    let of_session = |read| Guard::Session {
        id: scene.session.id,
        read,
    };
    let of_identity = |read| Guard::Identity {
        key: key.clone(),
        read,
    };
    let commit = async |guard| stage.commit(stage.change(account).guard(guard)).await;
    let (account_read, session_read) = (actor.sheet.account.version, actor.session.version);
    let before = stage.store.history(account, None, 100).await.unwrap();
    for wrong in [
        of_account(account_read.next()),
        of_account(Version::NEW),
        of_session(session_read.next()),
        of_session(Version::NEW),
        of_identity(anchor.next()),
        of_identity(Version::NEW),
        Guard::Account {
            id: stage.id(),
            read: account_read,
        },
        Guard::Session {
            id: stage.id(),
            read: session_read,
        },
        Guard::Identity {
            key: identity_key("2"),
            read: anchor,
        },
    ] {
        let refused = commit(wrong.clone()).await;
        assert!(is_conflict(&refused), "{wrong:?}");
    }
    assert_eq!(
        stage.store.history(account, None, 100).await.unwrap(),
        before
    );
    let unknown = Guard::Identity {
        key: identity_key("2"),
        read: Version::NEW,
    };
    for right in [
        of_account(account_read),
        of_session(session_read),
        of_identity(anchor),
        unknown,
    ] {
        commit(right).await.unwrap();
    }
    // A guard moves nothing.
    commit(of_account(account_read)).await.unwrap();
    let change = stage.change(account).write(Write::EndSessions {
        account,
        scope: SessionScope::All,
    });
    stage.commit(change).await.unwrap();
    assert!(
        is_conflict(&commit(of_session(session_read)).await),
        "the session is gone"
    );
    stage
        .put(scene.teacher.account.value.clone(), account_read)
        .await
        .unwrap();
    assert!(is_conflict(&commit(of_account(account_read)).await));
    let change = stage.change(account).write(Stage::end(&scene.link));
    stage.commit(change).await.unwrap();
    assert!(is_conflict(&commit(of_identity(anchor)).await));
}

/// Writes are applied in the order in which they stand.
pub async fn writes_are_applied_in_their_order(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let (early, late) = (stage.new_session(account), stage.new_session(account));
    let change = stage
        .change(account)
        .write(Write::InsertSession(early.clone()))
        .write(Write::EndSessions {
            account,
            scope: SessionScope::All,
        })
        .write(Write::InsertSession(late.clone()));
    stage.commit(change).await.unwrap();
    assert!(!stage.is_there(&early).await);
    assert!(stage.is_there(&late).await);
    // One link gives way to another of the same provider in one change.
    let old = stage.linked(account, "1").await;
    let new = stage.link(account, identity_key("2"));
    let insert = || Stage::insert(&new, Version::NEW);
    let wrong_way_round = stage
        .change(account)
        .write(insert())
        .write(Stage::end(&old));
    assert!(is_conflict(&stage.commit(wrong_way_round).await));
    let change = stage
        .change(account)
        .write(Stage::end(&old))
        .write(insert());
    stage.commit(change).await.unwrap();
    assert_eq!(stage.store.links_of(account).await, Ok(vec![new]));
}

/// A change with nothing but its audit record is written: a refusal leaves just that.
pub async fn a_change_may_be_its_audit_record_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    stage.commit(stage.change(account)).await.unwrap();
    let lines = stage.store.history(account, None, 10).await.unwrap();
    assert_eq!(lines.len(), 1);
    let flow = LinkFlow::start(stage.start(FlowPurpose::SignIn));
    let write = Write::PutFlow {
        flow: Box::new(flow),
        read: Version::NEW,
    };
    let refused = stage.commit(stage.change(account).write(write)).await;
    assert!(is_conflict(&refused), "a flow begins by its own call");
}
