//! What is over goes, in small batches; nothing else does.

use std::sync::Arc;

use chrono::TimeDelta;
use linking_core::{
    change::Write,
    link::{FlowPurpose, FlowStart},
    ports::{AttemptLimit, AttemptVerdict, Tried},
    session::Session,
    time::{FLOW_LIFE, FLOW_REMAINS, SESSION_IDLE, SESSION_LIFE},
};

use crate::{
    people::START,
    store::{
        ConformingStore,
        stage::{Stage, minutes},
    },
};

/// Flows whose time is over end, and are told for a day; dead sessions and old counters go; what
/// still lives by a microsecond stays.
pub async fn a_sweep_removes_what_is_over_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let instant = TimeDelta::microseconds(1);
    let now = minutes(60 * 24 * 40);
    let begin = |at| FlowStart {
        now: at,
        ..stage.start(FlowPurpose::SignIn)
    };
    let expired = stage.begun(begin(now - FLOW_LIFE)).await;
    let day_ago = now - FLOW_LIFE - FLOW_REMAINS;
    let told = stage.begun(begin(day_ago + instant)).await;
    let gone = stage.begun(begin(day_ago)).await;
    let living = stage.begun(begin(now - FLOW_LIFE + instant)).await;
    let session = async |started_at, seen_at| {
        let session = Session {
            started_at,
            seen_at,
            ..stage.new_session(account)
        };
        let write = Write::InsertSession(session.clone());
        stage
            .commit(stage.change(account).write(write))
            .await
            .unwrap();
        session
    };
    let idle = session(now - SESSION_IDLE, now - SESSION_IDLE).await;
    let old = session(now - SESSION_LIFE, now - instant).await;
    let used = session(now - SESSION_IDLE - instant, now - SESSION_IDLE + instant).await;
    let touched = session(now - SESSION_IDLE, now - SESSION_IDLE).await;
    stage
        .store
        .touch_session(&touched, now - instant)
        .await
        .unwrap();
    let limit = |pause_from| AttemptLimit {
        key: stage.tag(),
        window: TimeDelta::hours(1),
        pause_from,
        block_from: pause_from,
        block_for: TimeDelta::minutes(15),
    };
    let hour = TimeDelta::hours(1);
    let (forgotten, remembered, pausing) = (limit(2), limit(2), limit(1));
    let count = async |limit: &AttemptLimit, at| {
        stage.store.count_attempt(&[*limit], Tried::Done, at).await
    };
    count(&forgotten, now - hour).await.unwrap();
    count(&remembered, now - hour + instant).await.unwrap();
    count(&pausing, now - instant).await.unwrap();
    // Two flows end; another flow, two sessions and a counter go.
    assert_eq!(stage.store.sweep(now, 100).await, Ok(6));
    assert!(stage.is_open(&living).await);
    for flow in [&expired, &told] {
        let left = stage.store.flow(flow.id()).await.unwrap().unwrap();
        assert_eq!(left.value, flow.clone().expire());
    }
    assert_eq!(stage.store.flow(gone.id()).await, Ok(None));
    assert!(!stage.is_there(&idle).await && !stage.is_there(&old).await);
    assert!(stage.is_there(&used).await && stage.is_there(&touched).await);
    let paused = count(&pausing, now).await.unwrap();
    assert!(matches!(paused, AttemptVerdict::Paused { .. }));
    let second = count(&remembered, now).await.unwrap();
    assert!(matches!(second, AttemptVerdict::Go { last: Some(_) }));
    assert_eq!(stage.store.sweep(now, 100).await, Ok(0));
}

/// A sweep takes no more than it was told of each kind; the next one goes on.
pub async fn a_sweep_keeps_to_its_limit(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    for _ in 0..5 {
        stage.begun(stage.start(FlowPurpose::SignIn)).await;
    }
    for _ in 0..3 {
        stage.session(account).await;
    }
    assert_eq!(stage.store.sweep(START, 2).await, Ok(0));
    let swept = async |now| {
        let mut swept = Vec::new();
        for _ in 0..4 {
            swept.push(stage.store.sweep(now, 2).await.unwrap());
        }
        swept
    };
    assert_eq!(swept(START + FLOW_LIFE).await, [2, 2, 1, 0], "flows end");
    let gone = swept(START + SESSION_LIFE).await;
    assert_eq!(gone, [4, 3, 1, 0], "flows and sessions go");
}
