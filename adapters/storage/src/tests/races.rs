//! Writes that meet (`threats.md` E1, E2, E7, F6, G15).

use std::sync::Arc;

use linking_core::{
    account::Version,
    audit::Act,
    change::{ChangeSet, FlowScope, Guard, SessionScope, Write},
    link::{FlowPurpose, LinkEnd},
    ports::{AttemptLimit, AttemptVerdict, Store, StoreError, Tried},
};

use super::fixture::{Stand, after, identity, insert_link, now, teacher};
use chrono::TimeDelta;

/// How many of the outcomes succeeded; all others must be conflicts.
fn winners(outcomes: &[Result<(), StoreError>]) -> usize {
    for outcome in outcomes {
        assert!(
            matches!(
                outcome,
                Ok(()) | Err(StoreError::Conflict("link" | "identity"))
            ),
            "{outcome:?}"
        );
    }
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

async fn all_at_once(stand: &Stand, changes: Vec<ChangeSet>) -> Vec<Result<(), StoreError>> {
    let servers = [stand.storage.clone(), Arc::new(stand.second().await)];
    let tasks = changes
        .into_iter()
        .zip(servers.iter().cycle())
        .map(|(change, server)| {
            let server = server.clone();
            tokio::spawn(async move { server.commit(change).await })
        })
        .collect::<Vec<_>>();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e7_of_64_links_of_one_identity_one_is_made() {
    let stand = Stand::with_school().await;
    let mut changes = Vec::new();
    for number in 0..64 {
        let sheet = stand.person(teacher(&format!("teacher{number}"))).await;
        let link = stand.link(sheet.account().id, "1");
        changes.push(stand.link_change(&sheet, &link, Version::NEW));
    }
    let (audits, concerns) = (stand.rows("audit").await, stand.rows("audit_concern").await);
    assert_eq!(winners(&all_at_once(&stand, changes).await), 1);
    for (table, rows) in [
        ("link", 1),
        ("consent", 1),
        ("outbox", 1),
        ("audit", audits + 1),
        ("audit_concern", concerns + 1),
    ] {
        assert_eq!(stand.rows(table).await, rows, "{table}");
    }
    assert_eq!(
        stand
            .storage
            .identity(&identity("1"))
            .await
            .unwrap()
            .links
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e7_of_64_links_of_one_account_one_is_made() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let changes = (0..64)
        .map(|number| {
            let link = stand.link(sheet.account().id, &number.to_string());
            stand.link_change(&sheet, &link, Version::NEW)
        })
        .collect();
    assert_eq!(winners(&all_at_once(&stand, changes).await), 1);
    assert_eq!(stand.rows("link").await, 1);
    assert_eq!(
        stand.rows("identity_anchor").await,
        1,
        "the losers left no anchor"
    );
}

#[tokio::test]
async fn e1_the_index_has_the_last_word_on_an_identity() {
    let stand = Stand::with_school().await;
    let one = stand.person(teacher("one")).await;
    let other = stand.person(teacher("other")).await;
    let first = stand.link(one.account().id, "1");
    stand
        .write([insert_link(&first, Version::NEW)])
        .await
        .unwrap();
    // With the right version of the anchor: the index alone stands in the way.
    let anchor = stand.storage.identity(&identity("1")).await.unwrap().anchor;
    let second = stand.link(other.account().id, "1");
    let outcome = stand.write([insert_link(&second, anchor)]).await;
    assert_eq!(outcome, Err(StoreError::Conflict("link")));
    // After the first has ended the identity is free.
    let end = Write::EndLink {
        id: first.id,
        identity: first.identity.clone(),
        end: LinkEnd::Unlinked,
        at: now(),
    };
    stand.write([end]).await.unwrap();
    let anchor = stand.storage.identity(&identity("1")).await.unwrap().anchor;
    stand.write([insert_link(&second, anchor)]).await.unwrap();
}

#[tokio::test]
async fn e2_the_index_has_the_last_word_on_an_account() {
    let stand = Stand::with_school().await;
    let one = stand.person(teacher("one")).await;
    stand
        .write([insert_link(
            &stand.link(one.account().id, "1"),
            Version::NEW,
        )])
        .await
        .unwrap();
    let second = stand.link(one.account().id, "2");
    let outcome = stand.write([insert_link(&second, Version::NEW)]).await;
    assert_eq!(outcome, Err(StoreError::Conflict("link")));
    assert_eq!(
        stand.storage.identity(&identity("2")).await.unwrap().anchor,
        Version::NEW
    );
}

#[tokio::test]
async fn c2_subjects_that_look_alike_are_different_identities() {
    let stand = Stand::with_school().await;
    let long = "a".repeat(255);
    let subjects = [
        "1",
        " 1",
        "1 ",
        "01",
        "A",
        "a",
        "е",
        "ё",
        "е\u{308}",
        "%",
        "_",
        long.as_str(),
    ];
    for (number, subject) in subjects.iter().enumerate() {
        let sheet = stand.person(teacher(&format!("teacher{number}"))).await;
        let link = stand.link(sheet.account().id, subject);
        stand
            .write([insert_link(&link, Version::NEW)])
            .await
            .unwrap();
    }
    for (number, subject) in subjects.iter().enumerate() {
        let known = stand.storage.identity(&identity(subject)).await.unwrap();
        let logins = known
            .links
            .iter()
            .map(|linked| linked.sheet.account().login.as_str().to_owned());
        assert_eq!(
            logins.collect::<Vec<_>>(),
            [format!("teacher{number}")],
            "{subject:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn g15_of_many_claims_of_one_flow_one_wins() {
    let stand = Stand::with_school().await;
    let flow = stand.flow("browser", FlowPurpose::SignIn);
    stand.storage.insert_flow(&flow, 5).await.unwrap();
    let read = stand.storage.flow(flow.id()).await.unwrap().unwrap();
    let second = Arc::new(stand.second().await);
    let tasks = (0..32)
        .map(|number| {
            let server = if number % 2 == 0 {
                stand.storage.clone()
            } else {
                second.clone()
            };
            let (claimed, _) = read.value.clone().claim(now()).unwrap();
            tokio::spawn(async move { server.put_flow(&claimed, read.version).await })
        })
        .collect::<Vec<_>>();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(version) => {
                assert_eq!(version, read.version.next());
                won += 1;
            }
            Err(error) => assert_eq!(error, StoreError::Conflict("flow")),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_guard_that_moved_undoes_everything() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let id = sheet.account().id;
    let before = stand.rows("audit").await;
    let link = stand.link(id, "1");
    let stale = sheet.account.version.next();
    let change = |guard| {
        ChangeSet::new(stand.audit(Act::Imported))
            .guard(guard)
            .write(insert_link(&link, Version::NEW))
    };
    for (guard, name) in [
        (Guard::Account { id, read: stale }, "account"),
        (
            Guard::Session {
                id: stand.id(),
                read: Version::from_number(1),
            },
            "session",
        ),
        (
            Guard::Identity {
                key: identity("1"),
                read: Version::from_number(1),
            },
            "identity",
        ),
    ] {
        let outcome = stand.storage.commit(change(guard)).await;
        assert_eq!(outcome, Err(StoreError::Conflict(name)));
    }
    assert_eq!(stand.rows("link").await, 0);
    assert_eq!(stand.rows("audit").await, before);
    // The same with what is so goes through.
    let guard = Guard::Identity {
        key: identity("1"),
        read: Version::NEW,
    };
    stand.storage.commit(change(guard)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f6_of_200_attempts_at_once_on_two_servers_five_go_on() {
    let stand = Stand::empty().await;
    let limit = AttemptLimit {
        key: stand.tag("login"),
        window: TimeDelta::hours(1),
        pause_from: 5,
        block_from: 10,
        block_for: TimeDelta::minutes(15),
    };
    let second = Arc::new(stand.second().await);
    let tasks = (0..200)
        .map(|number| {
            let server = if number % 2 == 0 {
                stand.storage.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move {
                server
                    .count_attempt(&[limit], Tried::Begun, now())
                    .await
                    .unwrap()
            })
        })
        .collect::<Vec<_>>();
    let mut went_on = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            AttemptVerdict::Go { last } => went_on.push(last),
            // Five are under way.
            AttemptVerdict::Paused { until } => {
                assert!(until > now() && until <= after(TimeDelta::minutes(1)));
            }
        }
    }
    went_on.sort_unstable();
    let pause = Some(after(TimeDelta::minutes(1)));
    assert_eq!(went_on, [None, None, None, None, pause]);
}

/// A sign-in that looked at the account before it was closed either does not come about, or its
/// session ends with the others: the guard holds until the commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e6_a_sign_in_and_the_closing_of_its_account_meet_in_one_order() {
    let stand = Stand::with_school().await;
    let second = stand.second().await;
    let mut outrun = 0;
    for number in 0..60 {
        let sheet = stand.person(teacher(&format!("teacher{number}"))).await;
        let account = sheet.account().clone();
        let session = stand.session(account.id, account.epoch);
        let sign_in = ChangeSet::new(stand.audit(Act::Imported))
            .guard(Guard::Account {
                id: account.id,
                read: sheet.account.version,
            })
            // Makes the look and the write far apart.
            .write(Write::EndFlows {
                account: account.id,
                scope: FlowScope::All,
            })
            .write(Write::InsertSession(session));
        let mut closed = account.clone();
        closed.epoch = account.epoch.next();
        let close = ChangeSet::new(stand.audit(Act::Imported))
            .write(Write::PutAccount {
                account: Box::new(closed),
                read: sheet.account.version,
            })
            .write(Write::EndSessions {
                account: account.id,
                scope: SessionScope::All,
            });
        let (signed_in, closed) = tokio::join!(stand.storage.commit(sign_in), second.commit(close));
        assert_eq!(closed, Ok(()), "nothing moved the account");
        if signed_in.is_err() {
            outrun += 1;
            assert_eq!(signed_in, Err(StoreError::Conflict("account")));
        }
        let left = stand.storage.sessions_of(account.id).await.unwrap();
        assert_eq!(left, Vec::new(), "{signed_in:?}");
    }
    assert!(outrun < 60, "the sign-in came first at least once");
}
