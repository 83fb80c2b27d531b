//! Flows: every state, tickets, bounds, ends.

use std::sync::Arc;

use chrono::TimeDelta;
use linking_core::{
    account::{Epoch, Version},
    change::{FlowScope, Write},
    link::{FlowPurpose, FlowStart, Interruption, LinkFlow, PlaceHint, WayOut},
    ports::Tag,
    provider::{Claims, ProviderState},
    refusal::{DifferingField, Refusal},
    time::FLOWS_PER_BROWSER,
};

use crate::{
    people::{self, START, identity},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict, minutes},
    },
};

/// A flow with everything that one can hold comes back in each of its states.
pub async fn a_flow_comes_back_in_every_state(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value;
    let contacts = vec![
        people::verified(people::mobile("+79001234567")),
        people::verified(people::email("d.s@example.ru")),
    ];
    let claims = Claims {
        contacts: Some(contacts.clone()),
        ..people::claims_of(&account.profile)
    };
    let start = FlowStart {
        place: PlaceHint {
            region: people::sakhalin().code,
            organization: Some(stage.id()),
        },
        state: ProviderState::new((0..=255).cycle().take(4000).collect()),
        ..stage.start(FlowPurpose::SignIn)
    };
    let asked = LinkFlow::start(start);
    let (claimed, _) = asked.clone().claim(START).unwrap();
    let refusal = Refusal::NameMismatch {
        fields: vec![DifferingField::Snils],
    };
    let interrupted = claimed
        .clone()
        .interrupt(Interruption::Refused(refusal.clone()));
    let not_linked = claimed
        .clone()
        .verified(identity("1", claims.clone()))
        .unwrap();
    let proving = not_linked.clone().agree(people::granted_consent()).unwrap();
    let replace = WayOut::Replace {
        account: account.id,
        epoch: Epoch::default(),
        since: START,
    };
    let taken = |way| {
        let consent = people::granted_consent();
        proving.clone().taken(consent, way).unwrap()
    };
    let (replaceable, movable) = (taken(replace), taken(WayOut::Move));
    let choosing = proving
        .clone()
        .linked(account.id, stage.id(), contacts, START)
        .unwrap();
    let linking = LinkFlow::start(stage.start(stage.link_purpose(account.id)));
    let (linking, _) = linking.claim(START).unwrap();
    let states = [
        asked.clone(),
        claimed.clone(),
        interrupted.unwrap(),
        claimed
            .clone()
            .interrupt(Interruption::SwitchingIdentity)
            .unwrap(),
        not_linked,
        proving.clone(),
        replaceable,
        movable,
        choosing.clone(),
        choosing.contacts_chosen().unwrap(),
        claimed.clone().signed_in(account.id, stage.id()).unwrap(),
        proving.refuse(refusal).unwrap(),
        asked.clone().prolong().unwrap().cancel(),
    ];
    let other = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    stage.store.insert_flow(&asked, 5).await.unwrap();
    let mut version = stage.version(&asked).await;
    for state in states {
        version = stage.store.put_flow(&state, version).await.unwrap();
        let found = stage.store.flow(asked.id()).await.unwrap().unwrap();
        assert_eq!(found.version, version);
        assert_eq!(found.value, state);
    }
    let confirming = linking.clone().verified(identity("2", claims)).unwrap();
    stage.store.insert_flow(&linking, 5).await.unwrap();
    let read = stage.version(&linking).await;
    stage.store.put_flow(&confirming, read).await.unwrap();
    let found = stage.store.flow(linking.id()).await.unwrap().unwrap();
    assert_eq!(found.value, confirming);
    let untouched = stage.store.flow(other.id()).await.unwrap().unwrap();
    assert_eq!(untouched.value, other);
}

/// Each purpose comes back with its bounds.
pub async fn a_flow_comes_back_with_every_purpose(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let (session, link) = (stage.id(), stage.id());
    let epoch = Epoch::from_number(1 << 40);
    for purpose in [
        FlowPurpose::SignIn,
        FlowPurpose::Link {
            account,
            session,
            epoch,
        },
        FlowPurpose::Refresh {
            account,
            session,
            epoch,
            link,
        },
        FlowPurpose::StepUp {
            account,
            session,
            epoch,
            link,
        },
    ] {
        let flow = stage.begun(stage.start(purpose)).await;
        let found = stage.store.flow(flow.id()).await.unwrap().unwrap();
        assert_eq!(found.value, flow);
    }
}

/// What is not there is none.
pub async fn an_unknown_flow_is_none(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    assert_eq!(stage.store.flow(stage.id()).await, Ok(None));
    assert_eq!(stage.store.flow_by_ticket(&stage.tag()).await, Ok(None));
}

/// Either form of the present ticket finds the flow; a ticket of before finds nothing, and nor
/// does the browser's tag or the same octets under another key.
pub async fn a_ticket_finds_its_flow_in_either_form(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let flow = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    stage.begun(stage.start(FlowPurpose::SignIn)).await;
    let old = flow.tickets().clone();
    for ticket in [old.token, old.uuid] {
        let found = stage.store.flow_by_ticket(&ticket).await.unwrap().unwrap();
        assert_eq!(found.value, flow);
        let of_other_key = Tag::new(2, *ticket.bytes());
        assert_eq!(stage.store.flow_by_ticket(&of_other_key).await, Ok(None));
    }
    assert_eq!(stage.store.flow_by_ticket(flow.browser()).await, Ok(None));
    let new = stage.tickets();
    let kept = ProviderState::new(vec![1]);
    let asked = flow.ask_again(new.clone(), kept, minutes(1)).unwrap();
    let read = stage.version(&asked).await;
    stage.store.put_flow(&asked, read).await.unwrap();
    for ticket in [new.token, new.uuid] {
        let found = stage.store.flow_by_ticket(&ticket).await.unwrap().unwrap();
        assert_eq!(found.value, asked);
    }
    for ticket in [old.token, old.uuid] {
        assert_eq!(stage.store.flow_by_ticket(&ticket).await, Ok(None));
    }
}

/// Of a browser's open flows the newest five stay; other browsers keep theirs, and flows that are
/// over do not count.
pub async fn the_newest_flows_of_a_browser_stay(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let browser = stage.tag();
    let start = |minute: i64, browser: Tag| FlowStart {
        browser,
        now: minutes(minute),
        ..stage.start(FlowPurpose::SignIn)
    };
    let elsewhere = stage.begun(start(0, stage.tag())).await;
    let over = stage.begun(start(0, browser)).await;
    let read = stage.version(&over).await;
    let closed = over.cancel();
    stage.store.put_flow(&closed, read).await.unwrap();
    let mut flows = Vec::new();
    for minute in 0..8 {
        let flow = LinkFlow::start(start(minute, browser));
        stage
            .store
            .insert_flow(&flow, FLOWS_PER_BROWSER)
            .await
            .unwrap();
        assert!(stage.is_open(&flow).await);
        flows.push(flow);
    }
    for (number, flow) in flows.iter().enumerate() {
        assert_eq!(stage.is_open(flow).await, number >= 3, "{number}");
        let found = stage.store.flow(flow.id()).await.unwrap().unwrap();
        let left = if number >= 3 {
            flow.clone()
        } else {
            flow.clone().expire()
        };
        assert_eq!(found.value, left, "{number}");
    }
    assert!(stage.is_open(&elsewhere).await);
    // By the time of its last trip to the provider the oldest becomes the newest.
    let oldest = flows[3].clone();
    let read = stage.version(&oldest).await;
    let kept = ProviderState::new(vec![1]);
    let again = oldest.ask_again(stage.tickets(), kept, minutes(9)).unwrap();
    stage.store.put_flow(&again, read).await.unwrap();
    let last = LinkFlow::start(start(10, browser));
    stage
        .store
        .insert_flow(&last, FLOWS_PER_BROWSER)
        .await
        .unwrap();
    assert!(stage.is_open(&again).await && stage.is_open(&last).await);
    assert!(!stage.is_open(&flows[4]).await);
}

/// A flow is written on from the version that was read; everybody else conflicts (`threats.md`
/// A8).
pub async fn a_stale_flow_is_refused(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let flow = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    let read = stage.version(&flow).await;
    let (claimed, _) = flow.clone().claim(START).unwrap();
    let next = stage.store.put_flow(&claimed, read).await.unwrap();
    assert_eq!(next, read.next());
    let cancelled = flow.clone().cancel();
    for stale in [read, Version::NEW, next.next()] {
        assert!(is_conflict(&stage.store.put_flow(&cancelled, stale).await));
        let change = stage.change(stage.id()).write(Write::PutFlow {
            flow: Box::new(cancelled.clone()),
            read: stale,
        });
        assert!(is_conflict(&stage.commit(change).await));
    }
    let found = stage.store.flow(flow.id()).await.unwrap().unwrap();
    assert_eq!((found.version, found.value), (next, claimed));
    let never = LinkFlow::start(stage.start(FlowPurpose::SignIn));
    assert!(is_conflict(
        &stage.store.put_flow(&never, Version::NEW).await
    ));
    assert_eq!(stage.store.flow(never.id()).await, Ok(None));
}

/// A flow does not begin twice, and takes no ticket that leads to another one.
pub async fn a_flow_begins_once(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let flow = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    assert!(is_conflict(&stage.store.insert_flow(&flow, 5).await));
    let thief = LinkFlow::start(FlowStart {
        tickets: flow.tickets().clone(),
        ..stage.start(FlowPurpose::SignIn)
    });
    assert!(is_conflict(&stage.store.insert_flow(&thief, 5).await));
    let found = stage.store.flow_by_ticket(&flow.tickets().token).await;
    assert_eq!(found.unwrap().unwrap().value, flow);
}

/// The ends of an account's flows: all that are bound to it, or all but one; by purpose, or by
/// the link that a flow has made. Flows of others, and flows bound to nobody, go on.
pub async fn e5_flows_of_an_account_end_by_scope(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    let begin = async |account| {
        let purpose = stage.link_purpose(account);
        stage.begun(stage.start(purpose)).await
    };
    let (one, two, of_other) = (
        begin(account).await,
        begin(account).await,
        begin(other).await,
    );
    let unbound = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    let choosing = stage.begun(stage.start(FlowPurpose::SignIn)).await;
    let (claimed, _) = choosing.claim(START).unwrap();
    let proving = claimed
        .verified(identity("1", Claims::default()))
        .and_then(|flow| flow.agree(people::granted_consent()))
        .unwrap();
    let offered = vec![people::verified(people::mobile("+79001234567"))];
    let choosing = proving.linked(account, stage.id(), offered, START).unwrap();
    let read = stage.version(&choosing).await;
    stage.store.put_flow(&choosing, read).await.unwrap();
    let read_before = stage.version(&one).await;
    let end = |scope| {
        stage
            .change(account)
            .write(Write::EndFlows { account, scope })
    };
    stage
        .commit(end(FlowScope::AllBut(two.id())))
        .await
        .unwrap();
    for ended in [&one, &choosing] {
        let found = stage.store.flow(ended.id()).await.unwrap().unwrap();
        assert_eq!(found.value, ended.clone().expire(), "told, without claims");
    }
    assert!(stage.is_open(&two).await);
    stage.commit(end(FlowScope::All)).await.unwrap();
    assert!(!stage.is_open(&two).await);
    assert!(stage.is_open(&of_other).await && stage.is_open(&unbound).await);
    // Who still holds such a flow cannot write it on.
    let (late, _) = one.claim(START + TimeDelta::minutes(1)).unwrap();
    assert!(is_conflict(&stage.store.put_flow(&late, read_before).await));
}
