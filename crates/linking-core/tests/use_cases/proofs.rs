//! Proofs that are too old, too few, or outlive their use (`threats.md` E3, E5).

use chrono::TimeDelta;
use linking_core::{
    account::AccountStatus,
    refusal::RefusalCode,
    usecase::{FlowStep, StartOrder},
};
use linking_testkit::people;

use crate::stand::{Browser, Stand, is_linked, password, signed_at, wait};

#[test]
fn e3_an_old_session_does_not_begin_a_link() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    stand.later(TimeDelta::minutes(31));
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.try_start(&browser, StartOrder::Link)
    });
    assert!(stand.store.flows().is_empty());
    assert!(stand.step_up(&mut browser, "right").done().is_some());
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
}

#[test]
fn e3_a_proof_that_grew_old_at_the_provider_is_asked_for_again_and_the_answer_is_kept() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    stand.later(TimeDelta::minutes(6));
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.confirm(&mut browser, id)
    });
    assert!(
        matches!(stand.step(&browser, id), FlowStep::Confirm { .. }),
        "kept meanwhile"
    );
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.step_up(&mut browser, "wrong")
    });
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.confirm(&mut browser, id)
    });
    assert!(stand.step_up(&mut browser, "right").done().is_some());
    assert!(is_linked(&stand.confirm(&mut browser, id)));
}

#[test]
fn e3_a_step_up_serves_its_own_session_alone() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut stolen = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut stolen, &teacher.identity);
    stand.later(TimeDelta::minutes(6));
    let mut own = stand.signed_in(2, &teacher);
    assert!(stand.step_up(&mut own, "right").done().is_some());
    stand.refuses(RefusalCode::StepUpNeeded, || stand.confirm(&mut stolen, id));
}

#[test]
fn e3_exactly_five_minutes_are_recent() {
    for (seconds, recent) in [(300, true), (301, false)] {
        let stand = Stand::new();
        let teacher = stand.teacher();
        let mut browser = stand.signed_in(1, &teacher);
        let id = stand.confirming(&mut browser, &teacher.identity);
        stand.later(TimeDelta::seconds(seconds));
        let outcome = stand.confirm(&mut browser, id);
        assert_eq!(is_linked(&outcome), recent, "{seconds}: {outcome:?}");
    }
}

#[test]
fn e3_a_session_by_the_provider_is_as_recent_as_the_sign_in_there() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    stand.later(TimeDelta::hours(1));
    for (minutes_ago, recent) in [(4, true), (6, false)] {
        let mut browser = Browser::new(1);
        let at = stand.now() - TimeDelta::minutes(minutes_ago);
        let identity = signed_at(&teacher.identity, at);
        stand.come_back(&mut browser, StartOrder::SignIn, &identity);
        let session = stand.acting(&browser).session.value;
        assert_eq!(session.is_recent(stand.now()), recent);
    }
}

#[test]
fn e5_two_tabs_prove_and_one_links() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let first = stand.proving(&mut browser, &teacher.identity);
    let second = stand.proving(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.prove(&mut browser, first, &teacher)));
    let before = stand.facts();
    stand.prove(&mut browser, second, &teacher).done().unwrap();
    assert_eq!(stand.facts().links, before.links);
    assert_eq!(stand.facts().consents, before.consents);
}

#[test]
fn e5_after_unlink_no_left_over_proof_links_again() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut tab = Browser::new(2);
    let (left_over, prompt) = stand.start(&tab, StartOrder::SignIn);
    let returned = stand.approve(&prompt, &teacher.identity);
    stand.answer(&mut tab, &returned).done().unwrap();
    stand.agree(&tab, left_over);

    let mut browser = stand.signed_in(1, &teacher);
    let of_session = stand.confirming(&mut browser, &teacher.identity);
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
    assert!(stand.unlink(&mut browser).done().is_some());

    // Where something was done, it is not said that nothing was.
    stand.refuses_silently(RefusalCode::FlowFinished, || stand.view(&browser, id));
    // What was bound to the account is over; what only holds the identity is outrun.
    stand.refuses(RefusalCode::FlowExpired, || {
        stand.confirm(&mut browser, of_session)
    });
    stand.refuses(RefusalCode::FlowExpired, || {
        stand.prove(&mut tab, left_over, &teacher)
    });
    let flow = serde_json::to_string(&stand.flow(left_over).unwrap()).unwrap();
    assert!(
        !flow.contains("example.ru"),
        "the claims died with it: {flow}"
    );
    // The same by another account whose owner never linked it.
    let mut again = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut again, &teacher.identity);
    assert!(
        is_linked(&stand.confirm(&mut again, id)),
        "the whole journey links"
    );
}

#[test]
fn e5_an_answer_from_before_a_link_of_the_identity_and_its_end_is_outrun_in_the_settings_too() {
    let stand = Stand::new();
    let (teacher, other) = (stand.teacher(), stand.person("kim"));
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    // Meanwhile the identity was linked to another account, and unlinked again.
    stand.store.edit_account(other.account, |account| {
        account.profile.name = people::of_school(people::teacher().profile.name.value);
        account.profile.snils = None;
        account.profile.birth_date = None;
    });
    let mut elsewhere = stand.signed_in(2, &other);
    let taken = stand.confirming(&mut elsewhere, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut elsewhere, taken)));
    assert!(stand.unlink(&mut elsewhere).done().is_some());
    stand.refuses(RefusalCode::FlowExpired, || stand.confirm(&mut browser, id));
}

#[test]
fn e5_a_session_of_before_the_unlink_is_dead_in_every_browser() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &teacher);
    let mut elsewhere = Browser::new(2);
    stand.come_back(&mut elsewhere, StartOrder::SignIn, &teacher.identity);
    assert!(stand.actor(&elsewhere).is_some());
    let old = browser.clone();
    assert!(stand.unlink(&mut browser).done().is_some());
    assert!(stand.actor(&elsewhere).is_none());
    assert!(stand.actor(&old).is_none());
    assert!(stand.actor(&browser).is_some());
}

#[test]
fn e17_a_step_up_by_a_login_that_is_another_persons_now_is_refused() {
    let stand = Stand::new();
    let (teacher, heir) = (stand.teacher(), stand.person("kim"));
    let mut browser = stand.signed_in(1, &teacher);
    let actor = stand.acting(&browser);
    // Between this request's start and its look at the password the login changed hands.
    stand.store.edit_account(teacher.account, |account| {
        account.login = people::login("left");
    });
    stand.store.edit_account(heir.account, |account| {
        account.login = teacher.login.clone();
    });
    stand.refuses(RefusalCode::WrongCredentials, || {
        wait(
            stand
                .server()
                .step_up(&browser.visitor, &actor, password("right")),
        )
        .unwrap()
    });
    browser.secret = None;
}

#[test]
fn e6_a_session_of_an_account_that_was_blocked_is_nobodys() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let browser = stand.signed_in(1, &teacher);
    for status in [AccountStatus::Blocked, AccountStatus::Archived] {
        stand
            .store
            .edit_account(teacher.account, |account| account.status = status);
        assert!(stand.actor(&browser).is_none());
    }
}
