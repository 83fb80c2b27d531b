//! Guessing and learning (`threats.md` F1, F3, F5): one counting for all doors, one answer for
//! every cause, and what becomes of the counts.

use chrono::TimeDelta;
use linking_core::{
    account::AccountStatus,
    audit::Notice,
    ids::Id,
    ports::{HashError, HashVerdict, PasswordHasher},
    provider::ProviderIdentity,
    refusal::{Refusal, RefusalCode},
    secret::Password,
    session::Visitor,
    usecase::{FlowStep, LocalCredentials},
};
use linking_testkit::people;

use crate::stand::{Browser, Person, Stand, Verdict as _, is_linked, password, renamed, wait};

fn wrong(stand: &Stand, person: &Person) -> LocalCredentials {
    LocalCredentials {
        password: password("guess"),
        ..stand.credentials(person)
    }
}

fn guess(stand: &Stand, browser: u8, person: &Person) -> Option<RefusalCode> {
    let credentials = wrong(stand, person);
    let outcome = stand.try_sign_in(&mut Browser::new(browser), credentials);
    outcome.said().map(|refusal| refusal.code())
}

const WRONG: Option<RefusalCode> = Some(RefusalCode::WrongCredentials);
const PAUSED: Option<RefusalCode> = Some(RefusalCode::TooManyAttempts);

#[test]
fn f1_four_at_the_form_and_one_in_a_flow_pause_both_doors() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    for number in 0..4 {
        assert_eq!(guess(&stand, 10 + number, &teacher), WRONG);
    }
    let told = stand.refuses(RefusalCode::TooManyAttempts, || {
        stand.prove_by(&mut browser, id, wrong(&stand, &teacher))
    });
    let until = stand.now() + TimeDelta::minutes(1);
    assert_eq!(told, Refusal::TooManyAttempts { until });
    let owner: Vec<_> = stand.store.audits().pop().unwrap().concerns;
    assert_eq!(
        owner[0].notice,
        Notice::PasswordPaused { until },
        "the owner reads of it"
    );

    // The right password waits as well, at every door, and nothing is looked at or recorded.
    let looked = stand.hasher.hashes();
    let credentials = stand.credentials(&teacher);
    stand.refuses_silently(RefusalCode::TooManyAttempts, || {
        stand.try_sign_in(&mut Browser::new(2), credentials)
    });
    stand.refuses_silently(RefusalCode::TooManyAttempts, || {
        stand.prove(&mut browser, id, &teacher)
    });
    assert_eq!(stand.hasher.hashes(), looked);
    // DN-9: after the pause the provider's answer is still there.
    stand.later(TimeDelta::minutes(1));
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
}

#[test]
fn f1_the_step_up_is_a_door_too() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    for _ in 0..4 {
        stand.refuses(RefusalCode::WrongCredentials, || {
            stand.step_up(&mut browser, "guess")
        });
    }
    stand.refuses(RefusalCode::TooManyAttempts, || {
        stand.step_up(&mut browser, "guess")
    });
    assert_eq!(guess(&stand, 2, &teacher), PAUSED);
}

#[test]
fn f1_pauses_double_and_the_tenth_blocks_for_a_while() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut pauses = Vec::new();
    for number in 0..10 {
        // Another network each time: the login's counter alone is looked at.
        let credentials = wrong(&stand, &teacher);
        let said = stand
            .try_sign_in(&mut Browser::new(100 + number), credentials)
            .said();
        if let Some(Refusal::TooManyAttempts { until }) = said {
            pauses.push((until - stand.now()).num_minutes());
            stand.clock.set(until);
        }
    }
    assert_eq!(pauses, [1, 2, 4, 8, 15, 15]);
}

#[test]
fn f1_one_identity_with_a_password_for_many_logins_is_paused() {
    let stand = Stand::new();
    let mallory = stand.person("kim");
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &mallory.identity);
    let mut said = Vec::new();
    for number in 0..6 {
        let credentials = LocalCredentials {
            login: people::login(&format!("nobody{number}")),
            ..wrong(&stand, &mallory)
        };
        said.push(
            stand
                .prove_by(&mut browser, id, credentials)
                .said()
                .map(|r| r.code()),
        );
    }
    assert_eq!(said, [WRONG, WRONG, WRONG, WRONG, PAUSED, PAUSED]);
}

#[test]
fn f1_one_right_password_between_guesses_does_not_wash_the_networks_count() {
    let stand = Stand::new();
    let mallory = stand.person("kim");
    let visitor = Browser::new(1);
    let guess_at = |number: u32| {
        let credentials = LocalCredentials {
            login: people::login(&format!("victim{number}")),
            ..wrong(&stand, &mallory)
        };
        let said = stand.try_sign_in(&mut visitor.clone(), credentials).said();
        said.map(|refusal| refusal.code())
    };
    for number in 0..59 {
        assert_eq!(guess_at(number), WRONG, "{number}");
        stand.sign_in(&mut visitor.clone(), &mallory);
    }
    assert_eq!(guess_at(59), PAUSED, "sixty in an hour from one network");
}

#[test]
fn f1_a_right_password_clears_the_count_of_its_own_login() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    for round in 0..3 {
        for number in 0..4 {
            assert_eq!(guess(&stand, 10 + number, &teacher), WRONG, "{round}");
        }
        stand.sign_in(&mut Browser::new(1), &teacher);
    }
}

#[test]
fn f3_every_cause_answers_and_counts_alike() {
    let unknown = |stand: &Stand| Person {
        login: people::login("nobody"),
        ..stand.teacher()
    };
    let wrong_password = |stand: &Stand| Person {
        password: password("guess"),
        ..stand.teacher()
    };
    let blocked = |stand: &Stand| {
        let person = wrong_password(stand);
        stand
            .store
            .edit_account(person.account, |a| a.status = AccountStatus::Blocked);
        person
    };
    let archived = |stand: &Stand| {
        let person = stand.teacher();
        stand
            .store
            .edit_account(person.account, |a| a.status = AccountStatus::Archived);
        person
    };
    let other_school = |stand: &Stand| Person {
        organization: Id::from_uuid(uuid::Uuid::from_u128(404)),
        ..stand.teacher()
    };
    let provider_only = |stand: &Stand| {
        let person = stand.teacher();
        stand
            .store
            .edit_account(person.account, |account| account.password = None);
        person
    };
    let causes: [&dyn Fn(&Stand) -> Person; 6] = [
        &unknown,
        &wrong_password,
        &blocked,
        &archived,
        &other_school,
        &provider_only,
    ];
    for (number, cause) in causes.into_iter().enumerate() {
        // At the form.
        let stand = Stand::new();
        let person = cause(&stand);
        let mut said = Vec::new();
        for _ in 0..6 {
            let credentials = stand.credentials(&person);
            let outcome = stand.try_sign_in(&mut Browser::new(1), credentials);
            said.push(outcome.said().map(|refusal| refusal.code()));
        }
        assert_eq!(
            said,
            [WRONG, WRONG, WRONG, WRONG, PAUSED, PAUSED],
            "{number}"
        );
        assert_eq!(
            stand.hasher.hashes(),
            5,
            "one hash for each try that is not paused"
        );
        // In a flow.
        let stand = Stand::new();
        let person = cause(&stand);
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &stand.person("kim").identity);
        let refusal = stand.refuses(RefusalCode::WrongCredentials, || {
            stand.prove(&mut browser, id, &person)
        });
        assert_eq!(refusal, Refusal::WrongCredentials);
        let record = stand.store.audits().pop().unwrap();
        assert_eq!(record.flow, Some(id), "the trail knows the flow");
        assert!(matches!(stand.step(&browser, id), FlowStep::Prove { .. }));
    }
}

#[test]
fn f3_a_blocked_account_says_so_after_the_right_password_and_counts_nothing() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand
        .store
        .edit_account(teacher.account, |a| a.status = AccountStatus::Blocked);
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    for _ in 0..12 {
        let credentials = stand.credentials(&teacher);
        stand.refuses(RefusalCode::AccountBlocked, || {
            stand.try_sign_in(&mut Browser::new(2), credentials)
        });
        stand.refuses(RefusalCode::AccountBlocked, || {
            stand.prove(&mut browser, id, &teacher)
        });
    }
    // The school opens it again: no pause is left over, and the flow goes on.
    stand
        .store
        .edit_account(teacher.account, |a| a.status = AccountStatus::Active);
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
}

/// The identity of somebody who scripts what the provider says.
fn scripted(stand: &Stand, number: u32) -> ProviderIdentity {
    let mut identity = stand.teacher().identity;
    identity.key = people::identity_key("mallory");
    let day = number % 28 + 1;
    identity.claims.birth_date = Some(people::birth_date(&format!("{day:02}.04.1991")));
    identity
}

#[test]
fn f5_a_right_password_with_another_identity_counts_and_tells_the_owner() {
    let stand = Stand::new();
    let victim = stand.teacher();
    let mut said = Vec::new();
    for number in 0..30 {
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &scripted(&stand, number));
        said.push(
            stand
                .prove(&mut browser, id, &victim)
                .said()
                .map(|r| r.code()),
        );
        let told = stand.store.audits().pop().unwrap().concerns;
        if said.last() == Some(&Some(RefusalCode::BirthDateMismatch)) {
            assert_eq!(told[0].account, victim.account);
            assert!(matches!(told[0].notice, Notice::MismatchTried { .. }));
        }
        stand.later(TimeDelta::minutes(20));
    }
    let named = said
        .iter()
        .filter(|s| **s == Some(RefusalCode::BirthDateMismatch))
        .count();
    assert_eq!(named, 5, "{said:?}");
    assert!(said[5..].iter().all(|s| *s == PAUSED), "{said:?}");
    // No pause meets the owner: the password is known to somebody, and a new one is asked for.
    let owner = stand.try_sign_in(&mut Browser::new(2), stand.credentials(&victim));
    assert_eq!(owner.refusal(), Some(&Refusal::NewPasswordNeeded));
}

#[test]
fn f5_the_settings_are_no_oracle_either() {
    let stand = Stand::new();
    let victim = stand.teacher();
    let mut browser = stand.signed_in(1, &victim);
    let mut said = Vec::new();
    for number in 0..8 {
        let id = stand.confirming(&mut browser, &scripted(&stand, number));
        said.push(stand.confirm(&mut browser, id).said().map(|r| r.code()));
    }
    let named = said
        .iter()
        .filter(|s| **s == Some(RefusalCode::BirthDateMismatch))
        .count();
    assert_eq!(named, 5, "{said:?}");
    assert!(said[5..].iter().all(|s| *s == PAUSED), "{said:?}");
    // The own identity links all the same.
    let id = stand.confirming(&mut browser, &victim.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
}

#[test]
fn f5_an_identity_that_is_linked_elsewhere_confirms_no_password_for_nothing() {
    let stand = Stand::new();
    let (victim, mallory) = (stand.teacher(), stand.person("kim"));
    stand.linked(&mut Browser::new(9), &mallory);
    let said: Vec<_> = (0..7)
        .map(|_| {
            let mut browser = Browser::new(1);
            // Linked: the provider signs him in, so the flow is of before that.
            let id = proving_although_linked(&stand, &mut browser, &mallory);
            let said = stand.prove(&mut browser, id, &victim).said();
            stand.later(TimeDelta::minutes(20));
            said.map(|refusal| refusal.code())
        })
        .collect();
    let elsewhere = said
        .iter()
        .filter(|s| **s == Some(RefusalCode::IdentityLinkedElsewhere))
        .count();
    assert_eq!(elsewhere, 5, "{said:?}");
    assert!(said[5..].iter().all(|s| *s == PAUSED), "{said:?}");
}

/// A flow at the page of the password whose identity is linked to another account by now.
fn proving_although_linked(
    stand: &Stand,
    browser: &mut Browser,
    linked: &Person,
) -> linking_core::ids::FlowId {
    let mut session = stand.signed_in(8, linked);
    assert!(stand.unlink(&mut session).done().is_some());
    let id = stand.proving(browser, &linked.identity);
    let again = stand.confirming(&mut session, &linked.identity);
    assert!(is_linked(&stand.confirm(&mut session, again)));
    id
}

#[test]
fn f5_a_wrong_password_is_no_mismatch() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let other = stand.person("kim");
    for _ in 0..4 {
        let id = stand.proving(&mut browser, &scripted(&stand, 1));
        stand.prove(&mut browser, id, &teacher);
    }
    stand.later(TimeDelta::hours(2));
    // Four mismatches stand; a wrong password now is told no pause of a day.
    let id = stand.proving(&mut browser, &scripted(&stand, 1));
    let said = stand.refuses(RefusalCode::WrongCredentials, || {
        stand.prove_by(&mut browser, id, wrong(&stand, &other))
    });
    assert_eq!(said, Refusal::WrongCredentials);
    // The fifth exposes the password, so that the account does not stay as it was.
    let said = stand.prove(&mut browser, id, &teacher).said();
    assert_eq!(said, Some(Refusal::BirthDateMismatch));
}

#[test]
fn f5_name_first_and_alone() {
    let stand = Stand::new();
    let mut teacher = stand.teacher();
    let mut other = renamed(&teacher.identity, ["Дмитриева", "Светлана", "Олеговна"]);
    other.claims.snils = Some(people::snils(112_233_446));
    teacher.identity = other;
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let said = stand.refuses(RefusalCode::NameMismatch, || {
        stand.prove(&mut browser, id, &teacher)
    });
    let text = serde_json::to_string(&said).unwrap();
    assert!(!text.contains("snils"), "{text}");
    assert!(
        !text.contains("Олеговна") && !text.contains("Вадимовна"),
        "{text}"
    );
}

#[test]
fn f4_a_try_that_nobody_looked_at_is_not_counted() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    stand.hasher.set_busy(true);
    for _ in 0..12 {
        assert!(
            stand
                .try_prove(&browser, id, stand.credentials(&teacher))
                .is_err()
        );
        let outcome = wait(stand.server().sign_in_locally(
            &browser.visitor,
            None,
            stand.credentials(&teacher),
        ));
        assert!(outcome.is_err());
    }
    stand.hasher.set_busy(false);
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
    assert!(stand.store.audits().iter().all(|r| {
        r.concerns
            .iter()
            .all(|c| !matches!(c.notice, Notice::PasswordPaused { .. }))
    }));
}

/// A hasher that says yes to everything.
#[derive(Debug)]
struct Careless;

#[async_trait::async_trait]
impl PasswordHasher for Careless {
    async fn hash(&self, _: Password) -> Result<linking_core::account::PasswordHash, HashError> {
        Err(HashError::Busy)
    }
    async fn verify(
        &self,
        _: Password,
        _: Option<linking_core::account::PasswordHash>,
    ) -> Result<HashVerdict, HashError> {
        Ok(HashVerdict::Match)
    }
}

#[test]
fn an_account_without_a_password_is_not_entered_by_one() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand
        .store
        .edit_account(teacher.account, |account| account.password = None);
    let server = stand.server_with(stand.store.clone(), std::sync::Arc::new(Careless));
    let visitor: Visitor = Browser::new(1).visitor;
    stand.refuses(RefusalCode::WrongCredentials, || {
        wait(server.sign_in_locally(&visitor, None, stand.credentials(&teacher))).unwrap()
    });
}
