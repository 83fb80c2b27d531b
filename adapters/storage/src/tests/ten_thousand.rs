//! Two servers race on linking and unlinking (`threats.md` E7, T1): whatever meets, an identity
//! has one link at most, a loser meets a conflict and never a fault, and every change that was
//! made has its record, its event and its consent.

use std::sync::Arc;

use linking_core::{
    account::{AccountSheet, AccountStatus},
    audit::Act,
    change::{ChangeSet, FlowScope, SessionScope, Write},
    event::{Event, EventBody},
    link::LinkEnd,
    ports::{Store, StoreError},
};

use super::fixture::{RACES, Stand, identity, now, provider, teacher};
use crate::Storage;

/// Races at once, each on an identity of its own.
const LANES: u32 = 4;

/// What two servers did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Made {
    links: i64,
    unlinks: i64,
    conflicts: i64,
}

/// What somebody is about to do, from what one server reads now.
async fn intent(stand: &Stand, server: &Storage, login: &str, subject: &str) -> (bool, ChangeSet) {
    let login = login.parse().unwrap();
    let sheet = server.account_by_login(&login).await.unwrap().unwrap();
    let found = server.identity(&identity(subject)).await.unwrap();
    let account = sheet.account().id;
    let own = found
        .links
        .iter()
        .find(|known| known.link.account == account);
    if let Some(known) = own {
        return (false, unlink(stand, &sheet, &known.link));
    }
    let link = stand.link(account, subject);
    (true, stand.link_change(&sheet, &link, found.anchor))
}

fn unlink(stand: &Stand, sheet: &AccountSheet, link: &linking_core::link::Link) -> ChangeSet {
    let mut account = sheet.account().clone();
    assert_eq!(account.status, AccountStatus::Active);
    account.epoch = account.epoch.next();
    let id = account.id;
    let act = Act::Unlinked {
        provider: provider(),
    };
    ChangeSet::new(stand.audit(act))
        .write(Write::PutAccount {
            account: Box::new(account),
            read: sheet.account.version,
        })
        .write(Write::EndLink {
            id: link.id,
            identity: link.identity.clone(),
            end: LinkEnd::Unlinked,
            at: now(),
        })
        .write(Write::WithdrawConsent {
            account: id,
            provider: provider(),
            at: now(),
        })
        .write(Write::EndSessions {
            account: id,
            scope: SessionScope::All,
        })
        .write(Write::EndFlows {
            account: id,
            scope: FlowScope::All,
        })
        .event(Event {
            id: stand.id(),
            account: id,
            at: now(),
            agent: None,
            body: EventBody::Unlinked {
                link: link.id,
                provider: provider(),
            },
        })
}

async fn lane(stand: Arc<Stand>, second: Arc<Storage>, lane: u32, rounds: u32) -> Made {
    let subject = format!("subject {lane}");
    let logins = [format!("one{lane}"), format!("other{lane}")];
    for login in &logins {
        stand.person(teacher(login)).await;
    }
    let mut made = Made::default();
    for round in 0..rounds {
        // Two accounts and one identity; every third time, one account at both servers.
        let other = &logins[usize::from(round % 3 != 0)];
        let (first, next) = (
            intent(&stand, &stand.storage, &logins[0], &subject).await,
            intent(&stand, &second, other, &subject).await,
        );
        let (links, changes) = ([first.0, next.0], (first.1, next.1));
        let (first, next) = tokio::join!(stand.storage.commit(changes.0), second.commit(changes.1));
        for (linked, outcome) in links.into_iter().zip([first, next]) {
            match outcome {
                Ok(()) if linked => made.links += 1,
                Ok(()) => made.unlinks += 1,
                Err(StoreError::Conflict(_)) => made.conflicts += 1,
                Err(fault) => panic!("round {round}: {fault}"),
            }
        }
        let found = stand.storage.identity(&identity(&subject)).await.unwrap();
        assert!(found.links.len() <= 1, "round {round}: {:?}", found.links);
    }
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e7_two_servers_race_on_link_and_unlink_ten_thousand_times() {
    let stand = Arc::new(Stand::with_school().await);
    let second = Arc::new(stand.second().await);
    let lanes = (0..LANES).map(|number| {
        let (stand, second) = (Arc::clone(&stand), Arc::clone(&second));
        tokio::spawn(lane(stand, second, number, RACES / LANES))
    });
    let mut made = Made::default();
    for lane in lanes.collect::<Vec<_>>() {
        let more = lane.await.unwrap();
        made.links += more.links;
        made.unlinks += more.unlinks;
        made.conflicts += more.conflicts;
    }
    let active = stand.rows("link WHERE ended_at IS NULL").await;
    for (rows, count) in [
        ("link", made.links),
        ("link WHERE ended_at IS NOT NULL", made.unlinks),
        ("consent", made.links),
        ("consent WHERE status = 'granted'", active),
        ("outbox", made.links + made.unlinks),
        ("audit WHERE act LIKE '%\"linked\"%'", made.links),
        ("audit WHERE act LIKE '%\"unlinked\"%'", made.unlinks),
    ] {
        assert_eq!(stand.rows(rows).await, count, "{rows}: {made:?}");
    }
    assert_eq!(active, made.links - made.unlinks);
    assert!(
        made.conflicts > i64::from(RACES / 10),
        "they did meet: {made:?}"
    );
    assert!(made.unlinks > i64::from(RACES / 10), "{made:?}");
}
