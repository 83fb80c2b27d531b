//! Shared computers: short sessions, «Это вы?» before a sign-in, nothing remembered (`threats.md`
//! A17, G11).

use chrono::TimeDelta;
use linking_core::{
    account::AccountStatus,
    ids::FlowId,
    provider::Switch,
    refusal::RefusalCode,
    session::Computer,
    usecase::{Advance, FlowStep, Outcome, StartOrder},
};

use crate::stand::{Browser, Person, Stand, is_linked, signed_at, wait};

/// A browser in a class room.
fn shared(number: u8) -> Browser {
    let mut browser = Browser::new(number);
    browser.visitor.computer = Computer::Shared;
    browser
}

/// «Да, это я».
fn enter(stand: &Stand, browser: &mut Browser, id: FlowId) -> Outcome<Advance> {
    let former = stand.actor(browser);
    let outcome = wait(stand.server().enter(&browser.visitor, former.as_ref(), id)).unwrap();
    if let Outcome::Done(advance) = &outcome {
        browser.keep(advance.session.as_ref());
    }
    outcome
}

fn linked() -> (Stand, Person) {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    (stand, teacher)
}

#[test]
fn g11_a_session_on_a_shared_computer_ends_after_half_an_hour_and_after_a_day_at_school() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut own = Browser::new(1);
    stand.sign_in(&mut own, &teacher);
    let mut idle = shared(2);
    stand.sign_in(&mut idle, &teacher);
    let mut used = shared(3);
    stand.sign_in(&mut used, &teacher);
    stand.later(TimeDelta::minutes(29));
    assert!(stand.actor(&used).is_some());
    stand.later(TimeDelta::minutes(1));
    assert!(stand.actor(&idle).is_none());
    assert!(stand.actor(&used).is_some() && stand.actor(&own).is_some());
    // A use is noted every five minutes at most.
    for _ in 0..18 {
        stand.later(TimeDelta::minutes(24));
        assert!(stand.actor(&used).is_some());
    }
    stand.later(TimeDelta::minutes(18));
    assert!(stand.actor(&used).is_none(), "eight hours at most");
    assert!(stand.actor(&own).is_some());
}

#[test]
fn a17_a_sign_in_on_a_shared_computer_asks_who_it_is() {
    let (stand, teacher) = linked();
    let mut browser = shared(1);
    let (id, came) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    let asked = FlowStep::Recognise {
        identity: teacher.identity.masked_name(),
    };
    assert_eq!(came.done().unwrap().view.step, asked);
    assert!(stand.actor(&browser).is_none());
    // Coming back to the page changes nothing, and another browser is not asked.
    assert_eq!(stand.step(&browser, id), asked);
    stand.refuses(RefusalCode::FlowNotYours, || {
        enter(&stand, &mut shared(2), id)
    });
    let entered = enter(&stand, &mut browser, id).done().unwrap();
    assert!(entered.session.is_some());
    assert_eq!(stand.acting(&browser).account(), teacher.account);
    assert_eq!(
        stand.acting(&browser).session.value.computer,
        Computer::Shared
    );
    // Pressed twice: one session.
    let twice = enter(&stand, &mut browser, id).done().unwrap();
    assert!(twice.session.is_none());
}

#[test]
fn a17_on_an_own_computer_the_answer_is_enough() {
    let (stand, teacher) = linked();
    let mut browser = Browser::new(1);
    stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    assert_eq!(stand.acting(&browser).account(), teacher.account);
}

#[test]
fn a17_whoever_says_no_or_nothing_is_not_let_in() {
    let (stand, teacher) = linked();
    let mut browser = shared(1);
    let (id, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    wait(stand.server().cancel(&browser.visitor, None, id)).unwrap();
    enter(&stand, &mut browser, id);
    assert!(stand.actor(&browser).is_none());

    let (late, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    stand.later(TimeDelta::minutes(16));
    stand.refuses(RefusalCode::FlowExpired, || {
        enter(&stand, &mut browser, late)
    });
    assert!(stand.actor(&browser).is_none());
}

#[test]
fn a17_what_holds_at_the_press_decides() {
    let (stand, teacher) = linked();
    let mut browser = shared(1);
    let (id, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    // Before «Да, это я» nothing is said of the account, though it is blocked by now.
    stand
        .store
        .edit_account(teacher.account, |a| a.status = AccountStatus::Blocked);
    assert!(matches!(
        stand.step(&browser, id),
        FlowStep::Recognise { .. }
    ));
    let blocked = enter(&stand, &mut browser, id);
    assert!(stand.actor(&browser).is_none(), "{blocked:?}");

    // Unlinked meanwhile: the person reads that the diary is not linked.
    let (stand, teacher) = linked();
    let mut browser = shared(1);
    let (id, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    let mut settings = stand.signed_in(2, &teacher);
    assert!(stand.unlink(&mut settings).refusal().is_none());
    let step = enter(&stand, &mut browser, id).done().unwrap().view.step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
    assert!(stand.actor(&browser).is_none());
}

#[test]
fn a17_where_a_sign_in_anew_can_be_asked_for_an_older_one_does_not_let_in_on_a_shared_computer() {
    let (mut stand, teacher) = linked();
    let mut manifest = {
        let server = stand.server();
        let provider = server.provider(&linking_testkit::people::provider());
        provider.unwrap().adapter.manifest().clone()
    };
    manifest.forced_sign_in = Switch::On;
    stand.manifest = Some(manifest);
    stand.later(TimeDelta::hours(1));
    let old = signed_at(&teacher.identity, stand.now() - TimeDelta::minutes(10));
    let mut browser = shared(1);
    let (_, came) = stand.come_back(&mut browser, StartOrder::SignIn, &old);
    let step = came.done().unwrap().view.step;
    assert!(matches!(step, FlowStep::TryAgain(_)), "{step:?}");
    assert!(stand.actor(&browser).is_none());
    let anew = signed_at(&teacher.identity, stand.now());
    stand.come_back(&mut browser, StartOrder::SignIn, &anew);
    assert_eq!(stand.acting(&browser).account(), teacher.account);
}

#[test]
fn g11_a_flow_begun_on_a_shared_computer_leads_to_a_short_session() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = shared(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    // The tick was on the page where the flow began, not on that of the password.
    browser.visitor.computer = Computer::Own;
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
    let session = stand.acting(&browser).session.value;
    assert_eq!(session.computer, Computer::Shared);
}
