//! What the memory store offers beside the ports.

use std::sync::Arc;

use linking_core::{
    account::AccountStatus,
    change::{ChangeSet, Guard},
    ports::Store as _,
};

use super::*;
use crate::run;

fn audit(store: &MemoryStore) -> AuditRecord {
    AuditRecord {
        id: Id::from_uuid(locked(&store.0).ids.next()),
        ..people_audit()
    }
}

fn people_audit() -> AuditRecord {
    AuditRecord {
        id: Id::from_uuid(uuid::Uuid::nil()),
        at: people::START,
        by: By::Visitor,
        act: Act::SignedOut,
        flow: None,
        agent: None,
        concerns: Vec::new(),
    }
}

fn teacher(store: &MemoryStore) -> AccountId {
    store.account_id(&people::teacher().login).unwrap()
}

#[test]
fn a_populated_store_has_everybody() {
    let store = MemoryStore::populated();
    assert_eq!(store.facts().accounts.len(), people::everybody().len());
    assert_eq!(store.audits().len(), 3);
    run(async {
        let pupil = store.account_id(&people::pupil().login).unwrap();
        assert_eq!(store.family(pupil).await.unwrap().guardians.len(), 1);
    });
}

#[test]
fn calls_fail_as_often_as_a_test_wants() {
    run(async {
        let store = MemoryStore::populated();
        store.fail_next(2);
        let id = teacher(&store);
        assert!(store.account(id).await.is_err());
        assert!(store.links_of(id).await.is_err());
        assert!(store.account(id).await.is_ok());
        store.fail_next_commits(1);
        assert!(store.account(id).await.is_ok());
        let change = ChangeSet::new(audit(&store));
        let before = store.audits();
        assert!(store.commit(change.clone()).await.is_err());
        assert_eq!(store.audits(), before);
        assert!(store.commit(change).await.is_ok());
    });
}

#[test]
fn i3_a_lost_answer_was_written() {
    run(async {
        let store = MemoryStore::populated();
        store.lose_answer_of_next_commit();
        let record = audit(&store);
        let change = ChangeSet::new(record.clone());
        assert!(matches!(
            store.commit(change).await,
            Err(StoreError::Unavailable(_))
        ));
        assert_eq!(store.audits().last(), Some(&record));
        assert!(store.commit(ChangeSet::new(audit(&store))).await.is_ok());
    });
}

#[test]
fn c13_somebody_else_acts_before_the_commit() {
    run(async {
        let store = Arc::new(MemoryStore::populated());
        let id = teacher(&store);
        let read = store.account(id).await.unwrap().unwrap().account.version;
        let block = |account: &mut Account| account.status = AccountStatus::Blocked;
        store.before_next_commit(move |store| store.edit_account(id, block));
        let guarded = ChangeSet::new(audit(&store)).guard(Guard::Account { id, read });
        assert_eq!(
            store.commit(guarded.clone()).await,
            Err(StoreError::Conflict("account"))
        );
        // Once, and no more.
        let read = store.account(id).await.unwrap().unwrap().account.version;
        let again = ChangeSet::new(audit(&store)).guard(Guard::Account { id, read });
        assert_eq!(store.commit(again).await, Ok(()));
    });
}

#[test]
fn t5_facts_are_equal_until_something_happens() {
    let store = MemoryStore::populated();
    let before = store.facts();
    store.apply(&ChangeSet::new(audit(&store))).unwrap();
    assert_eq!(store.facts(), before, "a trail alone is no fact");
    store.give_password(&people::teacher().login, people::password("secret"));
    assert_ne!(store.facts(), before);
}
