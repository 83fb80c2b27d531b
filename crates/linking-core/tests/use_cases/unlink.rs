//! Unlinking (`threats.md` E8, E9, E10).

use chrono::TimeDelta;
use linking_core::{
    account::ContactKind,
    audit::{Act, Notice},
    consent::ConsentStatus,
    link::LinkEnd,
    refusal::RefusalCode,
    usecase::{FlowStep, StartOrder, WayView},
};
use linking_testkit::people;

use crate::stand::{Browser, Stand, Verdict as _, wait};

#[test]
fn e3_unlinking_needs_a_recent_proof() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &stand.teacher());
    stand.later(TimeDelta::seconds(301));
    stand.refuses(RefusalCode::StepUpNeeded, || stand.unlink(&mut browser));
    assert!(stand.step_up(&mut browser, "right").done().is_some());
    assert!(stand.unlink(&mut browser).done().is_some());
}

#[test]
fn e9_the_last_way_in_stays() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &teacher);
    stand
        .store
        .edit_account(teacher.account, |account| account.password = None);
    let actor = stand.acting(&browser);
    let provider = people::provider();
    let server = stand.server();
    stand.refuses_silently(RefusalCode::LastSignInMethod, || {
        wait(server.unlink_view(&actor, &provider)).unwrap()
    });
    stand.refuses(RefusalCode::LastSignInMethod, || stand.unlink(&mut browser));
    let ways = wait(server.ways(&actor)).unwrap();
    assert!(matches!(
        ways.as_slice(),
        [
            WayView::Linked { last: true, .. },
            WayView::Password {
                set_at: None,
                exposed: false
            }
        ]
    ));
}

#[test]
fn e9_a_link_whose_provider_is_off_can_end_beside_a_password() {
    let mut stand = Stand::new();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &stand.teacher());
    stand.policy.providers.clear();
    assert!(stand.unlink(&mut browser).done().is_some());
}

#[test]
fn e10_unlinking_leaves_nothing_behind() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    stand.choose(&browser, id, &[ContactKind::Mobile]);
    let view = wait(
        stand
            .server()
            .unlink_view(&stand.acting(&browser), &people::provider()),
    );
    let view = view.unwrap().done().unwrap();
    assert_eq!(view.contacts, [ContactKind::Mobile]);
    assert_eq!(view.stays.len(), 1);

    let mut by_link = Browser::new(2);
    stand.come_back(&mut by_link, StartOrder::SignIn, &teacher.identity);
    let (fresh, _) = stand.come_back(&mut browser, StartOrder::Refresh, &teacher.identity);
    let (outcome, trail) = stand.recorded(|| stand.unlink(&mut browser));
    let renewed = outcome.done().unwrap();
    assert!(matches!(trail.as_slice(), [r] if matches!(r.act, Act::Unlinked { .. })));
    assert!(matches!(
        trail[0].concerns[0].notice,
        Notice::Unlinked { .. }
    ));

    let facts = stand.facts();
    assert!(facts.links.is_empty());
    assert_eq!(facts.ended[0].end, LinkEnd::Unlinked);
    assert!(matches!(
        facts.consents[0].status,
        ConsentStatus::Withdrawn { .. }
    ));
    let account = stand.acting(&browser).sheet.account().clone();
    assert!(
        account.profile.contacts.is_empty(),
        "the contacts went with it"
    );
    assert_eq!(account.epoch, renewed.session.epoch);
    assert!(
        stand.actor(&by_link).is_none(),
        "sessions by the link ended"
    );
    assert!(
        !stand.flow(fresh).unwrap().is_open(),
        "open flows ended, with the contacts in them"
    );

    let (_, outcome) = stand.come_back(&mut by_link, StartOrder::SignIn, &teacher.identity);
    let step = outcome.done().unwrap().view.step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
    stand.refuses(RefusalCode::FlowFinished, || stand.unlink(&mut browser));
}

#[test]
fn e10_a_second_press_is_told_that_the_step_is_done() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &stand.teacher());
    let actor = stand.acting(&browser);
    assert!(stand.unlink_as(&mut browser, &actor).done().is_some());
    // Its request had read the session before the first one wrote.
    let (second, _) = stand.recorded(|| stand.unlink_as(&mut browser.clone(), &actor));
    assert_eq!(
        second.said().map(|r| r.code()),
        Some(RefusalCode::FlowFinished)
    );
}

#[test]
fn e8_an_import_meanwhile_costs_no_press() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &teacher);
    stand.store.before_next_commit(move |store| {
        store.edit_account(teacher.account, |account| account.profile.gender = None);
    });
    assert!(stand.unlink(&mut browser).done().is_some());
}

#[test]
fn e8_the_password_that_went_meanwhile_is_no_way_in() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &teacher);
    stand.store.before_next_commit(move |store| {
        store.edit_account(teacher.account, |account| account.password = None);
    });
    let said = stand.unlink(&mut browser).said();
    assert_eq!(said.map(|r| r.code()), Some(RefusalCode::LastSignInMethod));
    assert_eq!(stand.facts().links.len(), 1);
}
