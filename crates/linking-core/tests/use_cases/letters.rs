//! Letters: who gets which, what their tickets open, and what dies with them (`threats.md` D2, D4,
//! E3, F3, F4, F5).

use chrono::TimeDelta;
use linking_core::{
    account::{AccountStatus, ContactValue, Source, Sourced},
    audit::{Act, By, Notice},
    event::EventBody,
    ids::FlowId,
    letter::{LetterKind, TicketPurpose},
    link::LinkEnd,
    ports::{Outbox as _, Settled},
    refusal::{Refusal, RefusalCode},
    secret::{PasswordFault, Secret256},
    session::SignInWay,
    time::{NOT_ME_LIFE, RESTORE_LIFE},
    usecase::{FlowStep, Letter, LocalCredentials, NotMeDone, NotMeView, Outcome, RestoredView},
};
use linking_testkit::people;

use crate::{
    stand::{Browser, Person, Stand, Verdict as _, is_linked, password, renamed, wait},
    store_calls::Counted,
};

const NEW: &str = "синий кит поёт";

fn give_email(stand: &Stand, person: &Person, text: &str, source: Source) {
    let value = ContactValue::Email(text.parse().unwrap());
    let at = stand.now();
    stand.store.edit_account(person.account, |account| {
        let contacts = &mut account.profile.contacts;
        contacts.retain(|contact| contact.source != source);
        contacts.push(Sourced { value, source, at });
    });
}

/// A teacher to whom the school can write.
fn stand() -> (Stand, Person) {
    let stand = Stand::new();
    let teacher = stand.teacher();
    give_email(&stand, &teacher, "teacher@example.ru", Source::School);
    (stand, teacher)
}

/// Every letter that is due now; each is sent.
fn letters(stand: &Stand) -> Vec<Letter> {
    let mut sent = Vec::new();
    loop {
        let until = stand.now() + TimeDelta::minutes(1);
        let taken = wait(stand.store.take_due(stand.now(), until, 10)).unwrap();
        if taken.is_empty() {
            return sent;
        }
        for due in taken {
            sent.extend(wait(stand.server().letters_of(&due.due)).unwrap());
            wait(stand.store.settle(&due, Settled::Done)).unwrap();
        }
    }
}

fn one_letter(stand: &Stand) -> Letter {
    let mut letters = letters(stand);
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}

fn ask(stand: &Stand, typed: &str, flow: Option<FlowId>) {
    let visitor = Browser::new(50).visitor;
    wait(stand.server().ask_restore(&visitor, typed, flow)).unwrap();
}

fn set(stand: &Stand, secret: &Secret256, text: &str) -> Outcome<RestoredView> {
    let visitor = Browser::new(51).visitor;
    wait(stand.server().restore(&visitor, secret, password(text))).unwrap()
}

fn opens(stand: &Stand, secret: &Secret256) -> bool {
    wait(stand.server().restore_view(secret))
        .unwrap()
        .done()
        .is_some()
}

fn press(stand: &Stand, secret: &Secret256) -> Outcome<NotMeDone> {
    let visitor = Browser::new(52).visitor;
    wait(stand.server().not_me(&visitor, secret)).unwrap()
}

fn with_password(stand: &Stand, person: &Person, text: &str) -> LocalCredentials {
    LocalCredentials {
        password: password(text),
        ..stand.credentials(person)
    }
}

#[test]
fn a_forgotten_password_is_restored_by_a_letter_once() {
    let (stand, teacher) = stand();
    let browser = stand.signed_in(1, &teacher);
    letters(&stand);
    ask(&stand, "  DMITRIEVA ", None);
    let letter = one_letter(&stand);
    assert_eq!(letter.kind, LetterKind::Restore);
    assert_eq!(letter.to.as_str(), "teacher@example.ru");
    let view = wait(stand.server().restore_view(&letter.secret)).unwrap();
    assert_eq!(view.done().unwrap().login, teacher.login);
    // What does not do uses nothing up.
    let fault = PasswordFault::TooShort;
    let short = set(&stand, &letter.secret, "кит").refusal().cloned();
    assert_eq!(short, Some(Refusal::PasswordUnfit { fault }));
    let (done, trail) = stand.recorded(|| set(&stand, &letter.secret, NEW).done().unwrap());
    assert_eq!(done.ways, [SignInWay::Password]);
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].act, Act::PasswordChanged);
    assert_eq!(trail[0].concerns[0].notice, Notice::PasswordChanged);
    assert!(stand.actor(&browser).is_none(), "every session is over");
    let old = stand.try_sign_in(&mut Browser::new(2), stand.credentials(&teacher));
    assert_eq!(old.refusal(), Some(&Refusal::WrongCredentials));
    let new = with_password(&stand, &teacher, NEW);
    assert!(
        stand
            .try_sign_in(&mut Browser::new(2), new)
            .done()
            .is_some()
    );
    assert!(!opens(&stand, &letter.secret));
    let again = set(&stand, &letter.secret, NEW).refusal().cloned();
    assert_eq!(again, Some(Refusal::TicketOld));
    let told = one_letter(&stand);
    assert_eq!(told.kind, LetterKind::PasswordChanged);
}

#[test]
fn a_restore_lives_half_an_hour_and_nobody_guesses_it() {
    let (stand, teacher) = stand();
    ask(&stand, "teacher@EXAMPLE.ru", None);
    let letter = one_letter(&stand);
    stand.later(RESTORE_LIFE - TimeDelta::microseconds(1));
    assert!(opens(&stand, &letter.secret));
    stand.later(TimeDelta::microseconds(1));
    assert!(!opens(&stand, &letter.secret));
    let stranger = Secret256::from_hex(&"ab".repeat(32)).unwrap();
    let hashes = stand.hasher.hashes();
    let refused = set(&stand, &stranger, NEW).refusal().cloned();
    assert_eq!(refused, Some(Refusal::TicketOld));
    assert_eq!(stand.hasher.hashes(), hashes, "no hash for a guess");
    // A restore opens no «Это не я», and the other way round.
    assert!(press(&stand, &letter.secret).done().is_none());
    stand.sign_in(&mut Browser::new(1), &teacher);
}

#[test]
fn f4_asking_for_a_letter_is_the_same_work_for_everybody() {
    let (stand, teacher) = stand();
    let blocked = stand.person("kim");
    give_email(&stand, &blocked, "kim@example.ru", Source::School);
    stand.store.edit_account(blocked.account, |account| {
        account.status = AccountStatus::Blocked;
    });
    let unconfirmed = stand.person("saharova");
    let provider = Source::Provider(people::provider());
    give_email(&stand, &unconfirmed, "saharova@example.ru", provider);
    give_email(&stand, &unconfirmed, "typed@example.ru", Source::Person);
    let cases = [
        "dmitrieva",
        "teacher@example.ru",
        "kim",
        "kim@example.ru",
        "saharova",
        "saharova@example.ru",
        "typed@example.ru",
        "nobody",
        "nobody@example.ru",
        "",
        "§ no login at all",
    ];
    for typed in cases {
        let counted = Counted::over(&stand);
        let server = stand.server_over(counted.clone());
        let visitor = Browser::new(50).visitor;
        let ((), trail) = stand.recorded(|| {
            wait(server.ask_restore(&visitor, typed, None)).unwrap();
        });
        assert_eq!(
            counted.taken(),
            (0, 2),
            "{typed}: one count, one commit, no look"
        );
        assert_eq!(trail.len(), 1);
        assert_eq!(
            (&trail[0].by, &trail[0].act),
            (&By::Visitor, &Act::RestoreAsked)
        );
        assert_eq!(trail[0].concerns, []);
    }
    assert_eq!(stand.hasher.hashes(), 0);
    // d3, e18: only where the school vouches for the address, and the account is in use.
    let sent: Vec<_> = letters(&stand)
        .iter()
        .map(|letter| letter.to.clone())
        .collect();
    let teachers: linking_core::person::EmailAddress = "teacher@example.ru".parse().unwrap();
    assert_eq!(sent, [teachers.clone(), teachers]);
    assert_eq!(stand.store.tickets().len(), 2);
    drop(teacher);
}

#[test]
fn an_address_of_a_family_gets_a_letter_for_each_profile() {
    let (stand, teacher) = stand();
    let kim = stand.person("kim");
    give_email(&stand, &kim, "teacher@example.ru", Source::School);
    ask(&stand, "teacher@example.ru", None);
    let letters = letters(&stand);
    assert_eq!(letters.len(), 2);
    assert_ne!(letters[0].key, letters[1].key);
    assert_ne!(letters[0].profile, letters[1].profile);
    for letter in letters {
        assert!(set(&stand, &letter.secret, NEW).done().is_some());
    }
    for person in [teacher, kim] {
        let new = with_password(&stand, &person, NEW);
        assert!(
            stand
                .try_sign_in(&mut Browser::new(9), new)
                .done()
                .is_some()
        );
    }
}

#[test]
fn letters_that_are_asked_for_are_few() {
    let (stand, _) = stand();
    for _ in 0..10 {
        ask(&stand, "dmitrieva", None);
    }
    assert_eq!(letters(&stand).len(), 3);
    stand.later(TimeDelta::hours(1));
    ask(&stand, "dmitrieva", None);
    assert_eq!(letters(&stand).len(), 1);
}

#[test]
fn a_flow_waits_for_the_new_password_and_goes_on() {
    let (stand, teacher) = stand();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let waiting = wait(stand.server().await_password(&browser.visitor, None, id)).unwrap();
    let until = waiting.done().unwrap().expires_at;
    assert_eq!(until, stand.now() + TimeDelta::minutes(60));
    ask(&stand, "dmitrieva", Some(id));
    let letter = one_letter(&stand);
    stand.later(TimeDelta::minutes(25));
    let done = set(&stand, &letter.secret, NEW).done().unwrap();
    assert_eq!(done.flow, Some(id));
    stand.later(TimeDelta::minutes(30));
    assert!(matches!(stand.step(&browser, id), FlowStep::Prove { .. }));
    let new = with_password(&stand, &teacher, NEW);
    assert!(is_linked(&stand.prove_by(&mut browser, id, new)));
}

#[test]
fn d2_a_letter_of_before_dies_with_each_change() {
    type Act = fn(&Stand, &mut Browser, &Person);
    let changes: [(&str, Act); 5] = [
        ("password changed", |stand, browser, _| {
            let actor = stand.acting(browser);
            let new = password("большой белый мишка");
            let changed = wait(
                stand
                    .server()
                    .change_password(&browser.visitor, &actor, new),
            );
            assert!(changed.unwrap().done().is_some());
        }),
        ("password restored", |stand, _, _| {
            ask(stand, "teacher@example.ru", None);
            let other = letters(stand).pop().unwrap();
            assert!(
                set(stand, &other.secret, "большой белый мишка")
                    .done()
                    .is_some()
            );
        }),
        ("linked", |stand, browser, teacher| {
            let id = stand.confirming(browser, &teacher.identity);
            assert!(is_linked(&stand.confirm(browser, id)));
        }),
        ("unlinked", |stand, browser, teacher| {
            let id = stand.confirming(browser, &teacher.identity);
            assert!(is_linked(&stand.confirm(browser, id)));
            letters(stand);
            ask(stand, "teacher@example.ru", None);
            let since = letters(stand).pop().unwrap();
            assert!(opens(stand, &since.secret));
            assert!(stand.unlink(browser).done().is_some());
            assert!(!opens(stand, &since.secret));
        }),
        ("signed out everywhere", |stand, browser, _| {
            let actor = stand.acting(browser);
            wait(stand.server().end_sessions(&actor, None)).unwrap();
        }),
    ];
    for (what, change) in changes {
        let (stand, teacher) = stand();
        let stranger = stand.signed_in(1, &teacher);
        let mut owner = stand.signed_in(2, &teacher);
        letters(&stand);
        ask(&stand, "dmitrieva", None);
        let letter = one_letter(&stand);
        let (flow, _) = stand.start(&stranger, linking_core::usecase::StartOrder::Link);
        assert!(opens(&stand, &letter.secret), "{what}");
        change(&stand, &mut owner, &teacher);
        assert!(!opens(&stand, &letter.secret), "{what}: the letter");
        let refused = set(&stand, &letter.secret, NEW).refusal().cloned();
        assert_eq!(refused, Some(Refusal::TicketOld), "{what}");
        assert!(stand.actor(&stranger).is_none(), "{what}: the session");
        let left = wait(stand.server().flow(&stranger.visitor, None, flow)).unwrap();
        assert!(left.refusal().is_some(), "{what}: the flow");
    }
}

#[test]
fn d4_a_letter_to_an_address_of_before_opens_nothing() {
    let (stand, teacher) = stand();
    ask(&stand, "dmitrieva", None);
    let letter = one_letter(&stand);
    give_email(&stand, &teacher, "other@example.ru", Source::School);
    assert!(!opens(&stand, &letter.secret));
    assert!(set(&stand, &letter.secret, NEW).done().is_none());
    give_email(&stand, &teacher, "Teacher@example.ru", Source::School);
    assert!(
        opens(&stand, &letter.secret),
        "the same address in another case"
    );
}

#[test]
fn e3_the_owner_is_written_to_of_a_link_and_ends_it_by_not_me() {
    let (stand, teacher) = stand();
    let mut thief = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut thief, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut thief, id)));
    stand.choose(&thief, id, &[linking_core::account::ContactKind::Mobile]);
    let letter = one_letter(&stand);
    assert!(matches!(letter.kind, LetterKind::Linked { .. }));
    assert_eq!(letter.agent, Some(thief.visitor.agent.clone()));
    // g5: looking changes nothing.
    let facts = stand.facts();
    let looked = wait(stand.server().not_me_view(&letter.secret)).unwrap();
    assert_eq!(looked.done(), Some(NotMeView::Open));
    assert_eq!(stand.facts(), facts);
    stand.later(NOT_ME_LIFE - TimeDelta::minutes(1));
    let (done, trail) = stand.recorded(|| press(&stand, &letter.secret).done().unwrap());
    assert_eq!(trail.len(), 1);
    let provider = Some(people::provider());
    assert_eq!(trail[0].act, Act::NotMe { provider });
    let facts = stand.facts();
    assert_eq!(facts.links, []);
    assert_eq!(facts.ended[0].end, LinkEnd::NotMe);
    assert!(
        facts
            .sessions
            .iter()
            .all(|session| session.account != teacher.account)
    );
    let account = facts
        .accounts
        .iter()
        .find(|a| a.id == teacher.account)
        .unwrap();
    let provider = people::provider();
    assert_eq!(account.profile.contacts_from(&provider).count(), 0);
    // The old password lets nobody in, and is no step to a new one.
    let old = stand.try_sign_in(&mut Browser::new(3), stand.credentials(&teacher));
    assert_eq!(old.refusal(), Some(&Refusal::NewPasswordNeeded));
    // The letter's holder goes on to a new one; pressing twice does nothing more.
    let NotMeDone::Protected {
        restore: Some(restore),
    } = done
    else {
        panic!("{done:?}")
    };
    let (again, trail) = stand.recorded(|| press(&stand, &letter.secret).done());
    assert_eq!((again, trail.len()), (Some(NotMeDone::DoneAlready), 0));
    assert!(set(&stand, &restore, NEW).done().is_some());
    let new = with_password(&stand, &teacher, NEW);
    assert!(
        stand
            .try_sign_in(&mut Browser::new(3), new)
            .done()
            .is_some()
    );
    stand.later(TimeDelta::minutes(1));
    assert!(
        press(&stand, &letter.secret).done().is_none(),
        "seven days are over"
    );
}

#[test]
fn not_me_from_an_old_address_protects_and_gives_no_password() {
    let (stand, teacher) = stand();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
    let letter = one_letter(&stand);
    give_email(&stand, &teacher, "thief@example.ru", Source::School);
    let done = press(&stand, &letter.secret).done();
    assert_eq!(done, Some(NotMeDone::Protected { restore: None }));
    assert_eq!(stand.facts().links, []);
}

#[test]
fn e10_an_unlink_is_written_of_with_what_stays() {
    let (stand, teacher) = stand();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    stand.confirm(&mut browser, id);
    letters(&stand);
    assert!(stand.unlink(&mut browser).done().is_some());
    let letter = one_letter(&stand);
    let LetterKind::Unlinked { ways, .. } = letter.kind else {
        panic!("{:?}", letter.kind)
    };
    assert_eq!(ways, [SignInWay::Password]);
    let tickets = stand.store.tickets();
    let not_me = tickets.iter().filter(|ticket| {
        matches!(ticket.purpose, TicketPurpose::NotMe { .. }) && ticket.used_at.is_none()
    });
    assert_eq!(not_me.count(), 2, "of the link and of the unlink");
}

fn mismatch(stand: &Stand, browser: u8, teacher: &Person, subject: u8) {
    let mut identity = renamed(&teacher.identity, ["Чужова", "Ольга", "Петровна"]);
    identity.key = people::identity_key(&format!("stranger{subject}"));
    let mut stranger = Browser::new(browser);
    let id = stand.proving(&mut stranger, &identity);
    let said = stand.prove(&mut stranger, id, teacher).said();
    assert_eq!(said.map(|r| r.code()), Some(RefusalCode::NameMismatch));
}

#[test]
fn f5_after_five_mismatches_the_next_local_sign_in_asks_for_a_new_password() {
    let (stand, teacher) = stand();
    let owner = stand.signed_in(1, &teacher);
    for number in 0..4 {
        // Whatever identity, whatever network.
        mismatch(&stand, 100 + number, &teacher, number);
        stand.sign_in(&mut Browser::new(2), &teacher);
    }
    mismatch(&stand, 104, &teacher, 4);
    let told = stand.store.audits().pop().unwrap().concerns;
    assert!(
        told.iter()
            .any(|concern| concern.notice == Notice::PasswordExposed)
    );
    // It says so after the right password alone, at both doors; the owner's session goes on.
    stand.refuses(RefusalCode::NewPasswordNeeded, || {
        stand.try_sign_in(&mut Browser::new(3), stand.credentials(&teacher))
    });
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.try_sign_in(
            &mut Browser::new(4),
            with_password(&stand, &teacher, "guess"),
        )
    });
    let mut browser = Browser::new(5);
    let id = stand.proving(&mut browser, &teacher.identity);
    stand.refuses(RefusalCode::NewPasswordNeeded, || {
        stand.prove(&mut browser, id, &teacher)
    });
    let actor = stand.acting(&owner);
    // Whoever knows the old one sets no new one, however fresh the session.
    stand.refuses(RefusalCode::NewPasswordNeeded, || {
        let new = password(NEW);
        wait(stand.server().change_password(&owner.visitor, &actor, new)).unwrap()
    });
    assert_eq!(letters(&stand).len(), 5, "each is told of");
    // The letter sets it, and everything is as before.
    ask(&stand, "dmitrieva", None);
    let letter = one_letter(&stand);
    assert!(set(&stand, &letter.secret, NEW).done().is_some());
    let new = with_password(&stand, &teacher, NEW);
    assert!(is_linked(&stand.prove_by(&mut browser, id, new)));
}

#[test]
fn f5_mismatches_of_several_days_expose_nothing() {
    let (stand, teacher) = stand();
    for number in 0..8 {
        mismatch(&stand, 100 + number, &teacher, number);
        stand.later(TimeDelta::hours(9));
    }
    stand.sign_in(&mut Browser::new(1), &teacher);
}

#[test]
fn a_password_is_changed_after_a_recent_proof_alone() {
    let (stand, teacher) = stand();
    let mut browser = stand.signed_in(1, &teacher);
    let other = stand.signed_in(2, &teacher);
    letters(&stand);
    stand.later(TimeDelta::minutes(6));
    let change = |browser: &Browser, text: &str| {
        let actor = stand.acting(browser);
        wait(
            stand
                .server()
                .change_password(&browser.visitor, &actor, password(text)),
        )
        .unwrap()
    };
    stand.refuses(RefusalCode::StepUpNeeded, || change(&browser, NEW));
    assert!(stand.step_up(&mut browser, "right").done().is_some());
    let fault = PasswordFault::LikeLogin;
    let unfit = change(&browser, "dmitrieva30").refusal().cloned();
    assert_eq!(unfit, Some(Refusal::PasswordUnfit { fault }));
    let before = stand.acting(&browser).sheet.account().epoch;
    let session = change(&browser, NEW).done().unwrap();
    assert_eq!(session.session.epoch, before.next());
    assert!(stand.actor(&other).is_none(), "d2");
    assert!(
        stand.actor(&browser).is_none(),
        "a4: the old secret is dead"
    );
    browser.secret = Some(session.secret);
    assert!(stand.actor(&browser).is_some());
    assert_eq!(one_letter(&stand).kind, LetterKind::PasswordChanged);
    let new = with_password(&stand, &teacher, NEW);
    assert!(
        stand
            .try_sign_in(&mut Browser::new(3), new)
            .done()
            .is_some()
    );
}

#[test]
fn one_letter_tells_of_a_row_of_pauses() {
    let (stand, teacher) = stand();
    for number in 0..12 {
        let wrong = with_password(&stand, &teacher, "guess");
        let said = stand
            .try_sign_in(&mut Browser::new(100 + number), wrong)
            .said();
        if let Some(Refusal::TooManyAttempts { until }) = said {
            stand.clock.set(until);
        }
    }
    let bodies: Vec<_> = stand
        .store
        .events()
        .into_iter()
        .map(|event| event.body)
        .collect();
    assert!(
        matches!(bodies.as_slice(), [EventBody::PasswordPaused { .. }]),
        "{bodies:?}"
    );
    let letter = one_letter(&stand);
    assert!(matches!(letter.kind, LetterKind::PasswordPaused { .. }));
}

#[test]
fn nobody_without_a_vouched_address_is_written_to() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
    assert!(!stand.store.events().is_empty());
    assert_eq!(letters(&stand), []);
    assert_eq!(stand.store.tickets(), []);
}
