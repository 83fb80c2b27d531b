//! A server that is killed leaves whole changes, and the next one goes on where it was.

use chrono::TimeDelta;
use linking_core::{
    account::Version,
    change::Write,
    link::{FlowPurpose, FlowStepName},
    ports::{AttemptLimit, AttemptVerdict, Store, Tried},
};

use super::fixture::{Stand, after, insert_link, now, teacher};

#[tokio::test]
async fn what_was_committed_is_there_for_the_next_server() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let account = sheet.account().clone();
    let session = stand.session(account.id, account.epoch);
    let link = stand.link(account.id, "1");
    stand
        .write([
            insert_link(&link, Version::NEW),
            Write::InsertSession(session.clone()),
        ])
        .await
        .unwrap();
    let flow = stand.flow("browser", FlowPurpose::SignIn);
    stand.storage.insert_flow(&flow, 5).await.unwrap();
    let (claimed, _) = flow.clone().claim(now()).unwrap();
    stand
        .storage
        .put_flow(&claimed, Version::from_number(1))
        .await
        .unwrap();

    // No close: as after a kill, the journal is not folded in.
    let next = stand.second().await;
    let actor = next.session(&session.secret).await.unwrap().unwrap();
    assert_eq!(actor.session.value, session);
    assert_eq!(actor.sheet, sheet);
    assert_eq!(next.links_of(account.id).await.unwrap(), [link]);
    for tag in [flow.tickets().token, flow.tickets().uuid] {
        let found = next.flow_by_ticket(&tag).await.unwrap().unwrap();
        assert_eq!(found.value, claimed);
        assert_eq!(found.value.state().name(), FlowStepName::Claimed);
    }
}

#[tokio::test]
async fn a_transaction_that_is_cut_off_leaves_nothing_and_holds_nobody_up() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let link = stand.link(sheet.account().id, "1");
    let audits = stand.rows("audit").await;
    // Cut off at every await of the commit in turn.
    for polls in 0..40 {
        let change = stand.link_change(&sheet, &link, Version::NEW);
        let mut commit = Box::pin(stand.storage.commit(change));
        let mut left = polls;
        std::future::poll_fn(|context| {
            if left == 0 {
                return std::task::Poll::Ready(());
            }
            left -= 1;
            commit.as_mut().poll(context).map(drop)
        })
        .await;
        drop(commit);
        let links = stand.rows("link").await;
        assert_eq!(stand.rows("audit").await - audits, links, "all or nothing");
        if links == 1 {
            return;
        }
    }
    // Never done within the polls: done now.
    stand
        .storage
        .commit(stand.link_change(&sheet, &link, Version::NEW))
        .await
        .unwrap();
}

#[tokio::test]
async fn f6_a_restart_does_not_lift_a_pause() {
    let stand = Stand::empty().await;
    let limit = AttemptLimit {
        key: stand.tag("login"),
        window: TimeDelta::hours(1),
        pause_from: 1,
        block_from: 1,
        block_for: TimeDelta::minutes(15),
    };
    let until = after(TimeDelta::minutes(15));
    let verdict = stand
        .storage
        .count_attempt(&[limit], Tried::Done, now())
        .await;
    assert_eq!(verdict, Ok(AttemptVerdict::Go { last: Some(until) }));
    let next = stand.second().await;
    let verdict = next
        .count_attempt(&[limit], Tried::Done, after(TimeDelta::minutes(14)))
        .await;
    assert_eq!(verdict, Ok(AttemptVerdict::Paused { until }));
    let verdict = next.count_attempt(&[limit], Tried::Done, until).await;
    assert!(matches!(verdict, Ok(AttemptVerdict::Go { .. })));
}
