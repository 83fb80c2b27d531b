//! A server that is lost between counting a password and looking at it (`threats.md` F1, F6, I3):
//! its tries hold others back for a minute at most, and are held against nobody.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use linking_core::{
    account::PasswordHash,
    audit::Notice,
    ports::{HashError, HashVerdict, PasswordHasher},
    refusal::{Refusal, RefusalCode},
    secret::Password,
    sign_in::PauseOf,
    time::ATTEMPT_LIFE,
    usecase::Linking,
};

use crate::stand::{Browser, Stand, Verdict as _, is_linked};

/// A hasher that never comes to an end.
#[derive(Debug)]
struct Endless;

#[async_trait]
impl PasswordHasher for Endless {
    async fn hash(&self, _: Password) -> Result<PasswordHash, HashError> {
        std::future::pending().await
    }
    async fn verify(&self, _: Password, _: Option<PasswordHash>) -> Result<HashVerdict, HashError> {
        std::future::pending().await
    }
}

/// Runs as far as it gets, and is gone.
fn lost<T>(running: impl Future<Output = T>) {
    let mut running = pin!(running);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        assert!(matches!(running.as_mut().poll(&mut context), Poll::Pending));
    }
}

fn dying(stand: &Stand) -> Linking {
    stand.server_with(stand.store.clone(), Arc::new(Endless))
}

fn paused_until(refusal: &Refusal) -> linking_core::time::Timestamp {
    match refusal {
        Refusal::TooManyAttempts { until } => *until,
        other => panic!("{other:?}"),
    }
}

#[test]
fn i3_a_password_that_a_lost_server_never_looked_at_is_held_against_nobody() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let credentials = stand.credentials(&teacher);
    for _ in 0..5 {
        lost(dying(&stand).prove(&browser.visitor, None, id, credentials.clone()));
    }
    // They may still be under way: a sixth is no free guess (F6), but waits a minute at most.
    let looked = stand.hasher.hashes();
    let said = stand.refuses_silently(RefusalCode::TooManyAttempts, || {
        stand.prove(&mut browser, id, &teacher)
    });
    assert_eq!(stand.hasher.hashes(), looked);
    let until = paused_until(&said);
    assert!(until <= stand.now() + ATTEMPT_LIFE * 2, "{until}");
    assert_eq!(PauseOf::until(until, stand.now()), PauseOf::Password);
    stand.clock.set(until);
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
    let told = stand.store.audits().into_iter().flat_map(|a| a.concerns);
    assert!(!told.map(|concern| concern.notice).any(|notice| matches!(
        notice,
        Notice::PasswordPaused { .. } | Notice::MismatchTried { .. } | Notice::PasswordExposed
    )));
}

#[test]
fn f5_cuts_of_a_whole_day_are_no_mismatch() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    for _ in 0..12 {
        let id = stand.proving(&mut browser, &teacher.identity);
        let credentials = stand.credentials(&teacher);
        lost(dying(&stand).prove(&browser.visitor, None, id, credentials));
        stand.later(ATTEMPT_LIFE * 2);
    }
    let id = stand.proving(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
}

#[test]
fn f6_guesses_under_way_are_not_free_at_the_form_either() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let visitor = Browser::new(1).visitor;
    for _ in 0..5 {
        let credentials = stand.credentials(&teacher);
        lost(dying(&stand).sign_in_locally(&visitor, None, credentials));
    }
    let credentials = stand.credentials(&teacher);
    let said = stand.try_sign_in(&mut Browser::new(2), credentials).said();
    let until = paused_until(&said.unwrap());
    stand.clock.set(until);
    stand.sign_in(&mut Browser::new(2), &teacher);
}

#[test]
fn f1_what_is_judged_stands_whatever_was_lost_before() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let visitor = Browser::new(1).visitor;
    let wrong = linking_core::usecase::LocalCredentials {
        password: crate::stand::password("guess"),
        ..stand.credentials(&teacher)
    };
    for _ in 0..2 {
        lost(dying(&stand).sign_in_locally(&visitor, None, wrong.clone()));
    }
    let mut said = Vec::new();
    for _ in 0..4 {
        stand.later(ATTEMPT_LIFE);
        let outcome = stand.try_sign_in(&mut Browser::new(2), wrong.clone());
        said.push(outcome.said().map(|refusal| refusal.code()));
    }
    // The two of before have been forgotten by the fourth.
    assert_eq!(said, [Some(RefusalCode::WrongCredentials); 4]);
    let fifth = stand.try_sign_in(&mut Browser::new(2), wrong).said();
    assert_eq!(
        paused_until(&fifth.unwrap()),
        stand.now() + linking_core::sign_in::SHORTEST_PASSWORD_PAUSE
    );
}
