//! The pause is no weapon: the owner's own browser, the linked provider, and the longest pause
//! (`threats.md` F2).

use chrono::TimeDelta;
use linking_core::{
    refusal::{Refusal, RefusalCode},
    session::Computer,
    time::KNOWN_BROWSER_LIFE,
    usecase::{LocalCredentials, StartOrder},
};

use crate::stand::{Browser, Person, Stand, Verdict as _, password, wait};

fn wrong(stand: &Stand, person: &Person) -> LocalCredentials {
    LocalCredentials {
        password: password("guess"),
        ..stand.credentials(person)
    }
}

fn code(
    stand: &Stand,
    browser: &mut Browser,
    credentials: LocalCredentials,
) -> Option<RefusalCode> {
    let said = stand.try_sign_in(browser, credentials).said();
    said.map(|refusal| refusal.code())
}

/// Mallory guesses until the password pauses.
fn shut(stand: &Stand, person: &Person) {
    let mut mallory = Browser::new(66);
    for _ in 0..10 {
        let credentials = wrong(stand, person);
        stand.try_sign_in(&mut mallory, credentials);
    }
    let right = stand.credentials(person);
    assert_eq!(
        code(stand, &mut mallory, right),
        Some(RefusalCode::TooManyAttempts)
    );
}

#[test]
fn f2_the_pause_does_not_shut_the_owner_out_of_a_known_browser() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut known = stand.signed_in(1, &teacher);
    stand.sign_out(&mut known);
    shut(&stand, &teacher);
    // Mistyped once, then right.
    let mistyped = code(&stand, &mut known, wrong(&stand, &teacher));
    assert_eq!(mistyped, Some(RefusalCode::WrongCredentials));
    stand.sign_in(&mut known, &teacher);
    assert!(stand.actor(&known).is_some());
    // For everybody else the pause goes on.
    let right = stand.credentials(&teacher);
    assert_eq!(
        code(&stand, &mut Browser::new(2), right),
        Some(RefusalCode::TooManyAttempts)
    );
}

#[test]
fn f2_a_known_browser_has_a_few_tries_and_then_pauses_too() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut known = stand.signed_in(1, &teacher);
    stand.sign_out(&mut known);
    shut(&stand, &teacher);
    for _ in 0..2 {
        let said = code(&stand, &mut known, wrong(&stand, &teacher));
        assert_eq!(said, Some(RefusalCode::WrongCredentials));
    }
    let looked = stand.hasher.hashes();
    for _ in 0..5 {
        let said = code(&stand, &mut known, wrong(&stand, &teacher));
        assert_eq!(said, Some(RefusalCode::TooManyAttempts));
    }
    assert_eq!(
        stand.hasher.hashes(),
        looked + 1,
        "the third try and no more"
    );
}

#[test]
fn f2_a_browser_is_known_to_its_owner_alone_and_not_for_ever() {
    let stand = Stand::new();
    let (teacher, other) = (stand.teacher(), stand.person("kim"));
    let mut known = stand.signed_in(1, &teacher);
    stand.sign_out(&mut known);
    // Of another account this browser knows nothing.
    shut(&stand, &other);
    let right = stand.credentials(&other);
    assert_eq!(
        code(&stand, &mut known, right),
        Some(RefusalCode::TooManyAttempts)
    );
    // On a shared computer nobody is remembered, and nobody counts as known.
    let mut shared = Browser::new(3);
    shared.visitor.computer = Computer::Shared;
    stand.sign_in(&mut shared, &teacher);
    stand.sign_out(&mut shared);
    shared.visitor.computer = Computer::Own;
    shut(&stand, &teacher);
    let right = stand.credentials(&teacher);
    assert_eq!(
        code(&stand, &mut shared, right),
        Some(RefusalCode::TooManyAttempts)
    );
    // And the mark ends by itself.
    stand.later(KNOWN_BROWSER_LIFE);
    shut(&stand, &teacher);
    let right = stand.credentials(&teacher);
    assert_eq!(
        code(&stand, &mut known, right),
        Some(RefusalCode::TooManyAttempts)
    );
}

#[test]
fn f2_the_pause_never_stops_the_linked_provider() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    shut(&stand, &teacher);
    let mut browser = Browser::new(2);
    stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    assert_eq!(stand.acting(&browser).account(), teacher.account);
}

#[test]
fn f2_a_thousand_wrong_tries_never_pause_longer_than_the_longest_pause() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut longest = TimeDelta::zero();
    for number in 0..1000_u16 {
        let mut mallory = Browser::new(u8::try_from(number % 200).unwrap());
        let said = stand
            .try_sign_in(&mut mallory, wrong(&stand, &teacher))
            .said();
        if let Some(Refusal::TooManyAttempts { until }) = said {
            longest = longest.max(until - stand.now());
            stand.clock.set(until);
        }
    }
    assert_eq!(longest, TimeDelta::minutes(15));
    // Right after the pause the owner is let in, in any browser.
    let mut browser = Browser::new(250);
    stand.sign_in(&mut browser, &teacher);
    // And read of it: the pauses stand in the own history.
    let server = stand.server();
    let actor = stand.acting(&browser);
    let lines = wait(server.history(&actor, None, 100)).unwrap();
    assert!(lines.iter().any(|line| matches!(
        line.notice,
        linking_core::audit::Notice::PasswordPaused { .. }
    )));
}
