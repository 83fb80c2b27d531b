//! Letters: their tickets, what was asked for, and what is due under a lease.

use std::sync::Arc;

use linking_core::{
    account::{AccountStatus, ContactValue, Epoch, Source, Sourced},
    change::{ChangeSet, Write},
    event::{Event, EventBody},
    ids::AccountId,
    letter::{RestoreRequest, Ticket, TicketPurpose},
    person::EmailAddress,
    ports::{Due, LeasedDue, Settled},
    secret::SecretText,
    session::AgentLabel,
    time::Timestamp,
};

use crate::{
    people::{self, START},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict, minutes},
    },
};

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

/// Gives an account an e-mail of that source.
async fn give_email(stage: &Stage, id: AccountId, text: &str, source: Source) {
    let mut account = stage.account(id).await.account;
    account.value.profile.contacts.push(Sourced {
        value: ContactValue::Email(address(text)),
        source,
        at: START,
    });
    stage.put(account.value, account.version).await.unwrap();
}

/// An address finds the accounts whose letters go there, whatever its case: those of the school's
/// records and in use (`threats.md` D3, E18).
pub async fn d3_an_address_of_the_school_finds_its_accounts_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let teacher = stage.teacher().await.account.value.id;
    let adult = stage.adult().await.account.value.id;
    let child = stage.sheet(&people::pupil()).await.account.value.id;
    give_email(&stage, teacher, "Family@example.ru", Source::School).await;
    give_email(&stage, adult, "family@EXAMPLE.ru", Source::School).await;
    let provider = Source::Provider(people::provider());
    give_email(&stage, child, "family@example.ru", provider).await;
    give_email(&stage, child, "other@example.ru", Source::Person).await;
    let found = async |text: &str| {
        let mut ids: Vec<AccountId> = stage
            .store
            .accounts_by_email(&address(text))
            .await
            .unwrap()
            .iter()
            .map(|sheet| sheet.account().id)
            .collect();
        ids.sort();
        ids
    };
    let mut both = vec![teacher, adult];
    both.sort();
    assert_eq!(found("FAMILY@example.ru").await, both);
    assert_eq!(found("other@example.ru").await, []);
    let mut account = stage.account(adult).await.account;
    account.value.status = AccountStatus::Blocked;
    stage.put(account.value, account.version).await.unwrap();
    assert_eq!(found("family@example.ru").await, [teacher]);
    let mut account = stage.account(teacher).await.account;
    account.value.profile.contacts.clear();
    stage.put(account.value, account.version).await.unwrap();
    assert_eq!(found("family@example.ru").await, []);
}

fn restore(stage: &Stage, account: AccountId) -> Ticket {
    Ticket {
        secret: stage.tag(),
        account,
        address: stage.tag(),
        purpose: TicketPurpose::Restore {
            epoch: Epoch::from_number(7),
            flow: Some(stage.id()),
        },
        made_at: START,
        ends_at: minutes(30),
        used_at: None,
    }
}

fn not_me(stage: &Stage, account: AccountId) -> Ticket {
    Ticket {
        purpose: TicketPurpose::NotMe {
            link: Some(stage.id()),
        },
        ends_at: minutes(60 * 24 * 7),
        ..restore(stage, account)
    }
}

async fn insert(stage: &Stage, ticket: &Ticket) {
    let write = Write::InsertTicket(ticket.clone());
    let change = stage.change(ticket.account).write(write);
    stage.commit(change).await.unwrap();
}

/// A ticket comes back by its secret's tag as it was written, and is used once.
pub async fn a_ticket_is_used_once(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    for ticket in [restore(&stage, account), not_me(&stage, account)] {
        insert(&stage, &ticket).await;
        let found = async || stage.store.ticket(&ticket.secret).await.unwrap();
        assert_eq!(found().await, Some(ticket.clone()));
        let used = || {
            stage.change(account).write(Write::UseTicket {
                secret: ticket.secret,
                at: minutes(1),
            })
        };
        stage.commit(used()).await.unwrap();
        let after = Ticket {
            used_at: Some(minutes(1)),
            ..ticket.clone()
        };
        assert_eq!(found().await, Some(after));
        assert!(is_conflict(&stage.commit(used()).await));
        let again = stage
            .change(account)
            .write(Write::InsertTicket(ticket.clone()));
        assert!(is_conflict(&stage.commit(again).await));
    }
    assert_eq!(stage.store.ticket(&stage.tag()).await, Ok(None));
}

/// The unused restores of an account end together; those of others, used ones and «Это не я» stay.
pub async fn d2_the_restores_of_an_account_end(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    let (first, second) = (restore(&stage, account), restore(&stage, account));
    let used = Ticket {
        used_at: Some(START),
        ..restore(&stage, account)
    };
    let kept = [not_me(&stage, account), restore(&stage, other), used];
    for ticket in [&first, &second].into_iter().chain(&kept) {
        insert(&stage, ticket).await;
    }
    let change = stage.change(account).write(Write::EndRestores(account));
    stage.commit(change).await.unwrap();
    for ended in [first, second] {
        assert_eq!(stage.store.ticket(&ended.secret).await, Ok(None));
    }
    for ticket in kept {
        let found = stage.store.ticket(&ticket.secret).await.unwrap();
        assert_eq!(found, Some(ticket));
    }
}

/// Old tickets go with a sweep; one that lives by a microsecond stays.
pub async fn old_tickets_are_swept(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let (short, long) = (restore(&stage, account), not_me(&stage, account));
    insert(&stage, &short).await;
    insert(&stage, &long).await;
    let instant = chrono::TimeDelta::microseconds(1);
    let at = short.ends_at;
    assert_eq!(stage.store.sweep(at - instant, 10).await, Ok(0));
    assert_eq!(stage.store.sweep(at, 10).await, Ok(1));
    assert_eq!(stage.store.ticket(&short.secret).await, Ok(None));
    assert!(stage.store.ticket(&long.secret).await.unwrap().is_some());
}

async fn happens(stage: &Stage, account: AccountId, at: Timestamp) -> Event {
    let event = Event {
        id: stage.id(),
        account,
        at,
        agent: Some(AgentLabel::new("Firefox, Linux")),
        body: EventBody::PasswordChanged,
    };
    let change = stage.change(account).event(event.clone());
    stage.commit(change).await.unwrap();
    event
}

async fn take(stage: &Stage, now: Timestamp, until: Timestamp) -> Vec<LeasedDue> {
    stage.store.take_due(now, until, 10).await.unwrap()
}

/// What is due is taken by one server until its lease ends; settled, it is not due any more; of an
/// account's events the next waits for the one before it (`threats.md` I10).
pub async fn i10_a_lease_holds_and_the_order_of_an_account_is_kept(
    store: Arc<dyn ConformingStore>,
) {
    let stage = Stage::peopled(store).await;
    let teacher = stage.teacher().await.account.value.id;
    let adult = stage.adult().await.account.value.id;
    let first = happens(&stage, teacher, minutes(1)).await;
    let second = happens(&stage, teacher, minutes(1)).await;
    let other = happens(&stage, adult, minutes(2)).await;
    assert_eq!(take(&stage, START, minutes(3)).await, []);
    let taken = take(&stage, minutes(2), minutes(3)).await;
    let due: Vec<&Due> = taken.iter().map(|taken| &taken.due).collect();
    assert_eq!(due, [&Due::Event(first.clone()), &Due::Event(other)]);
    assert!(
        taken
            .iter()
            .all(|taken| taken.tries == 1 && taken.until == minutes(3))
    );
    // Held, for every server.
    assert_eq!(take(&stage, minutes(2), minutes(3)).await, []);
    // The second account's is done; the first one's sender was lost with its server.
    stage.store.settle(&taken[1], Settled::Done).await.unwrap();
    let again = take(&stage, minutes(3), minutes(5)).await;
    assert_eq!(again.len(), 1);
    assert_eq!((&again[0].due, again[0].tries), (&Due::Event(first), 2));
    // Whoever lost the lease settles nothing.
    stage.store.settle(&taken[0], Settled::Done).await.unwrap();
    assert_eq!(take(&stage, minutes(4), minutes(5)).await, []);
    let later = Settled::Again(minutes(10));
    stage.store.settle(&again[0], later).await.unwrap();
    assert_eq!(take(&stage, minutes(9), minutes(11)).await, []);
    let third = take(&stage, minutes(10), minutes(11)).await;
    assert_eq!(third[0].tries, 3);
    // A message that cannot be sent holds its account no longer.
    stage
        .store
        .settle(&third[0], Settled::GivenUp)
        .await
        .unwrap();
    let next = take(&stage, minutes(10), minutes(11)).await;
    assert_eq!(next[0].due, Due::Event(second));
}

/// What somebody typed for a new password comes back as it was, waits for nobody, and is gone
/// when it is settled (`threats.md` H2).
pub async fn h2_what_was_typed_goes_when_it_is_settled(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let request = |typed: &str, flow| RestoreRequest {
        id: stage.id(),
        at: minutes(1),
        typed: SecretText::new(typed.to_owned()),
        flow,
        agent: AgentLabel::new("Chrome, Windows"),
    };
    let requests = [request("Дмитриева", Some(stage.id())), request("", None)];
    for request in &requests {
        let change = ChangeSet::new(stage.import()).write(Write::InsertRestore(request.clone()));
        stage.commit(change).await.unwrap();
    }
    let taken = take(&stage, minutes(1), minutes(2)).await;
    let due: Vec<Due> = taken.iter().map(|taken| taken.due.clone()).collect();
    assert_eq!(due, requests.map(Due::Restore));
    stage.store.settle(&taken[0], Settled::Done).await.unwrap();
    stage
        .store
        .settle(&taken[1], Settled::Again(minutes(5)))
        .await
        .unwrap();
    let again = take(&stage, minutes(5), minutes(6)).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].due, taken[1].due);
    stage
        .store
        .settle(&again[0], Settled::GivenUp)
        .await
        .unwrap();
    assert_eq!(take(&stage, minutes(60), minutes(61)).await, []);
}

/// Of two servers that take at once each thing due is taken by one.
pub async fn i10_two_servers_take_nothing_twice(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let teacher = stage.teacher().await.account.value.id;
    let adult = stage.adult().await.account.value.id;
    for round in 0..20 {
        let at = minutes(10 * round);
        happens(&stage, teacher, at).await;
        happens(&stage, adult, at).await;
        let server = |until, limit| {
            let store = Arc::clone(&stage.store);
            tokio::spawn(async move { store.take_due(at, until, limit).await })
        };
        let servers = [
            server(minutes(10 * round + 5), 1),
            server(minutes(10 * round + 6), 10),
        ];
        let [one, other] = servers;
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        let taken: Vec<LeasedDue> = one.unwrap().into_iter().chain(other.unwrap()).collect();
        let mut keys: Vec<String> = taken.iter().map(|taken| taken.due.key()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!((taken.len(), keys.len()), (2, 2));
        for taken in &taken {
            stage.store.settle(taken, Settled::Done).await.unwrap();
        }
    }
}
