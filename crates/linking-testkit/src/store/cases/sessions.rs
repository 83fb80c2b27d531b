//! Sessions: as they were written, found, touched, ended.

use std::sync::Arc;

use linking_core::{
    account::{Epoch, Version},
    change::{SessionScope, Write},
    ids::AccountId,
    ports::Tag,
    session::{AgentLabel, Session, SignInWay},
};

use crate::{
    people::{self, START},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict, minutes},
    },
};

async fn end(stage: &Stage, account: AccountId, scope: SessionScope) {
    let change = stage
        .change(account)
        .write(Write::EndSessions { account, scope });
    stage.commit(change).await.unwrap();
}

/// Every attribute of a session comes back, with its account, by its secret and in the list.
pub async fn a_session_comes_back_as_it_was_written(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let sheet = stage.teacher().await;
    let account = sheet.account.value.id;
    let plain = stage.session(account).await;
    let rich = Session {
        epoch: Epoch::from_number(1 << 62),
        way: SignInWay::Link {
            provider: people::provider(),
            link: stage.id(),
        },
        started_at: minutes(-40_000),
        seen_at: minutes(-1),
        proved_at: Some(minutes(-2)),
        agent: AgentLabel::new(&"Щ".repeat(60)),
        ..stage.new_session(account)
    };
    let change = stage.change(account);
    stage
        .commit(change.write(Write::InsertSession(rich.clone())))
        .await
        .unwrap();
    for session in [&plain, &rich] {
        let actor = stage.store.session(&session.secret).await.unwrap().unwrap();
        assert_eq!(actor.session.value, *session);
        assert_eq!(actor.sheet, sheet);
    }
    assert_eq!(
        stage.store.sessions_of(account).await,
        Ok(vec![plain, rich])
    );
}

/// A secret finds its own session alone: not the tag of the browser, not the same octets under
/// another key.
pub async fn a_session_is_found_by_its_secret_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let session = stage.session(stage.teacher().await.account.value.id).await;
    let of_other_key = Tag::new(2, *session.secret.bytes());
    for tag in [stage.tag(), session.browser, of_other_key] {
        assert!(stage.store.session(&tag).await.unwrap().is_none());
    }
}

/// A new secret takes the place of the old one at once (`threats.md` A4).
pub async fn a4_an_old_secret_finds_nothing(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let old = stage.session(account).await;
    let read = stage
        .store
        .session(&old.secret)
        .await
        .unwrap()
        .unwrap()
        .session
        .version;
    let new = Session {
        secret: stage.tag(),
        epoch: old.epoch.next(),
        proved_at: Some(START),
        ..old.clone()
    };
    let change = stage.change(account).write(Write::PutSession {
        session: new.clone(),
        read,
    });
    stage.commit(change).await.unwrap();
    assert!(!stage.is_there(&old).await);
    let found = stage.store.session(&new.secret).await.unwrap().unwrap();
    assert_eq!(found.session.value, new);
    assert_eq!(found.session.version, read.next());
    assert_eq!(stage.store.sessions_of(account).await, Ok(vec![new]));
}

/// A session is written back from the version that was read; one that ended does not come back.
pub async fn a_stale_session_is_refused(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let session = stage.session(account).await;
    let read = stage
        .store
        .session(&session.secret)
        .await
        .unwrap()
        .unwrap()
        .session
        .version;
    let put = |read| {
        let renewed = Session {
            secret: stage.tag(),
            ..session.clone()
        };
        stage.change(account).write(Write::PutSession {
            session: renewed,
            read,
        })
    };
    for stale in [Version::NEW, read.next()] {
        assert!(is_conflict(&stage.commit(put(stale)).await));
    }
    assert!(stage.is_there(&session).await);
    end(&stage, account, SessionScope::One(session.id)).await;
    assert!(is_conflict(&stage.commit(put(read)).await));
    assert_eq!(stage.store.sessions_of(account).await, Ok(Vec::new()));
}

/// One secret is one session's.
pub async fn a_secret_is_one_sessions_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let session = stage.session(account).await;
    let same_secret = Session {
        secret: session.secret,
        ..stage.new_session(stage.adult().await.account.value.id)
    };
    let same_id = Session {
        id: session.id,
        ..stage.new_session(account)
    };
    for second in [same_secret, same_id] {
        let change = stage.change(account).write(Write::InsertSession(second));
        assert!(is_conflict(&stage.commit(change).await));
    }
    let found = stage.store.session(&session.secret).await.unwrap().unwrap();
    assert_eq!(found.session.value, session);
}

/// A note of use moves the time and no version: who has read the session can still write it.
pub async fn a_use_moves_no_version(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let (first, second) = (stage.session(account).await, stage.session(account).await);
    let read = stage
        .store
        .session(&first.secret)
        .await
        .unwrap()
        .unwrap()
        .session
        .version;
    stage
        .store
        .touch_session(&first, minutes(10))
        .await
        .unwrap();
    let actor = stage.store.session(&first.secret).await.unwrap().unwrap();
    assert_eq!(actor.session.version, read);
    let touched = Session {
        seen_at: minutes(10),
        ..first
    };
    assert_eq!(actor.session.value, touched);
    let change = stage.change(account).write(Write::PutSession {
        session: touched.clone(),
        read,
    });
    stage.commit(change).await.unwrap();
    // The last used first.
    let listed = stage.store.sessions_of(account).await.unwrap();
    assert_eq!(listed, [touched.clone(), second.clone()]);
    stage
        .store
        .touch_session(&second, minutes(11))
        .await
        .unwrap();
    let listed = stage.store.sessions_of(account).await.unwrap();
    assert_eq!(listed.first().map(|session| session.id), Some(second.id));
    // One that ended meanwhile is no fault, and does not come back.
    end(&stage, account, SessionScope::All).await;
    stage
        .store
        .touch_session(&touched, minutes(12))
        .await
        .unwrap();
    assert_eq!(stage.store.sessions_of(account).await, Ok(Vec::new()));
}

/// The ends of an account's sessions: one, all but one, all; never another account's.
pub async fn sessions_of_an_account_end_by_scope(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let of_other = stage.session(stage.adult().await.account.value.id).await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(stage.session(account).await);
    }
    let there = async || {
        let mut there = Vec::new();
        for session in &sessions {
            there.push(stage.is_there(session).await);
        }
        there
    };
    end(&stage, account, SessionScope::One(sessions[0].id)).await;
    assert_eq!(there().await, [false, true, true, true]);
    end(&stage, account, SessionScope::One(of_other.id)).await;
    assert!(stage.is_there(&of_other).await, "another account's session");
    end(&stage, account, SessionScope::AllBut(sessions[2].id)).await;
    assert_eq!(there().await, [false, false, true, false]);
    end(&stage, account, SessionScope::AllBut(of_other.id)).await;
    assert_eq!(there().await, [false; 4]);
    assert!(stage.is_there(&of_other).await);
    end(&stage, of_other.account, SessionScope::All).await;
    assert!(!stage.is_there(&of_other).await);
}
