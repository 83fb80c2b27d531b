//! The contact choice (`threats.md` E18): what was offered in this flow, what was ticked, while
//! the link and the choice stand.

use chrono::TimeDelta;
use linking_core::{
    account::{ContactKind, Source},
    audit::Act,
    link::FlowEnd,
    provider::Switch,
    refusal::{Refusal, RefusalCode},
    usecase::{FlowStep, Outcome, StartOrder},
};
use linking_testkit::people;

use crate::stand::{Browser, Stand, Verdict as _, wait};

fn kept(stand: &Stand, browser: &Browser) -> Vec<ContactKind> {
    let profile = stand.acting(browser).sheet.account().profile.clone();
    profile.contacts.iter().map(|c| c.value.kind()).collect()
}

#[test]
fn e18_only_ticked_contacts_are_kept_with_their_source() {
    for ticked in [
        vec![],
        vec![ContactKind::Email],
        vec![ContactKind::Mobile, ContactKind::Email],
    ] {
        let stand = Stand::new();
        let mut browser = Browser::new(1);
        let id = stand.link_from_provider(&mut browser, &stand.teacher());
        let (_, trail) = stand.recorded(|| stand.choose(&browser, id, &ticked));
        assert!(matches!(
            trail.as_slice(),
            [r] if matches!(&r.act, Act::ContactsChosen { kept, .. } if *kept == ticked)
        ));
        assert_eq!(kept(&stand, &browser), ticked);
        let profile = stand.acting(&browser).sheet.account().profile.clone();
        let of_provider = Source::Provider(people::provider());
        assert!(profile.contacts.iter().all(|c| c.source == of_provider));
        // Unticked values are nowhere.
        let left = format!("{:?}", serde_json::to_string(&stand.flow(id).unwrap()));
        assert!(
            !left.contains("example.ru") && !left.contains("914000"),
            "{left}"
        );
    }
}

#[test]
fn e18_a_kind_that_the_provider_did_not_give_is_not_made_up() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &stand.teacher());
    stand.choose(&browser, id, &[ContactKind::Home]);
    assert!(kept(&stand, &browser).is_empty());
}

#[test]
fn e18_the_choice_is_made_once() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &stand.teacher());
    stand.choose(&browser, id, &[ContactKind::Email]);
    let (again, trail) = stand.recorded(|| stand.choose(&browser, id, &[ContactKind::Mobile]));
    assert!(matches!(again.done().unwrap().view.step, FlowStep::Done(_)));
    assert!(trail.is_empty());
    assert_eq!(kept(&stand, &browser), [ContactKind::Email]);
}

#[test]
fn e18_nobody_else_in_this_browser_sees_or_chooses() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &stand.teacher());
    let mut nobody = browser.clone();
    nobody.secret = None;
    stand.refuses_silently(RefusalCode::FlowFinished, || stand.view(&nobody, id));
    stand.sign_in(&mut browser, &stand.person("kim"));
    stand.refuses_silently(RefusalCode::FlowNotYours, || stand.view(&browser, id));
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.choose(&browser, id, &[ContactKind::Email])
    });
    // Who signs in again, chooses.
    stand.sign_in(&mut browser, &stand.teacher());
    stand
        .choose(&browser, id, &[ContactKind::Email])
        .done()
        .unwrap();
    assert_eq!(kept(&stand, &browser), [ContactKind::Email]);
}

#[test]
fn e18_after_unlink_in_another_tab_nothing_is_kept() {
    for order in [StartOrder::SignIn, StartOrder::Refresh] {
        let stand = Stand::new();
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let mut id = stand.link_from_provider(&mut browser, &teacher);
        if order == StartOrder::Refresh {
            stand.choose(&browser, id, &[]);
            id = stand.come_back(&mut browser, order, &teacher.identity).0;
        }
        let tab = stand.acting(&browser);
        assert!(stand.unlink(&mut browser).done().is_some());
        let ticked = [ContactKind::Email].into();
        // The tab's request was under way; then it comes again, with the new session.
        for actor in [tab, stand.acting(&browser)] {
            let server = stand.server();
            let outcome =
                wait(server.choose_contacts(&browser.visitor, &actor, id, &ticked)).unwrap();
            match outcome {
                Outcome::Refused(_) => {}
                Outcome::Done(done) => assert!(
                    matches!(done.view.step, FlowStep::Done(FlowEnd::Refused(_))),
                    "{done:?}"
                ),
            }
        }
        assert!(kept(&stand, &browser).is_empty());
    }
}

/// Another server ends the link by a way that knows no flows.
#[test]
fn e18_a_link_that_ended_by_another_hand_keeps_nothing() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    let link = stand.facts().links[0].clone();
    let audit = stand.store.audits().pop().unwrap();
    let end = linking_core::change::ChangeSet::new(linking_core::audit::AuditRecord {
        id: linking_core::ids::Id::from_uuid(uuid::Uuid::from_u128(7)),
        ..audit
    })
    .write(linking_core::change::Write::EndLink {
        id: link.id,
        identity: link.identity,
        end: linking_core::link::LinkEnd::Unlinked,
        at: stand.now(),
    });
    stand.store.apply(&end).unwrap();
    let said = stand.refuses(RefusalCode::FlowFinished, || {
        stand.choose(&browser, id, &[ContactKind::Email])
    });
    assert_eq!(said, Refusal::FlowFinished);
    assert!(kept(&stand, &browser).is_empty());
    let step = stand.step(&browser, id);
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::Refused(_))),
        "{step:?}"
    );
}

#[test]
fn e18_where_the_choice_or_the_provider_was_switched_off_nothing_is_kept() {
    let switches: [fn(&mut Stand); 2] = [
        |stand| stand.policy.contact_choice = Switch::Off,
        |stand| stand.policy.providers.clear(),
    ];
    for switch in switches {
        let mut stand = Stand::new();
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let id = stand.link_from_provider(&mut browser, &teacher);
        switch(&mut stand);
        let chosen = stand
            .choose(&browser, id, &[ContactKind::Email])
            .done()
            .unwrap();
        let step = chosen.view.step;
        assert!(
            matches!(step, FlowStep::Done(FlowEnd::Linked { .. })),
            "{step:?}"
        );
        assert!(kept(&stand, &browser).is_empty());
        // Nor is there a way to ask anew.
        stand.refuses(RefusalCode::ProviderOff, || {
            stand.try_start(&browser, StartOrder::Refresh)
        });
    }
}

#[test]
fn e18_where_the_choice_was_switched_off_at_the_provider_the_kept_ones_stay() {
    let mut stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    stand.choose(&browser, id, &[ContactKind::Email]);
    let (_, prompt) = stand.start(&browser, StartOrder::Refresh);
    let returned = stand.approve(&prompt, &teacher.identity);
    stand.policy.contact_choice = Switch::Off;
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.answer(&mut browser, &returned)
    });
    assert_eq!(kept(&stand, &browser), [ContactKind::Email]);
}

#[test]
fn e18_a_refresh_takes_the_links_own_identity_alone() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &teacher);
    let (id, prompt) = stand.start(&browser, StartOrder::Refresh);
    let other = stand.approve(&prompt, &stand.person("kim").identity);
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.answer(&mut browser, &other)
    });
    let flow = serde_json::to_string(&stand.flow(id).unwrap()).unwrap();
    assert!(!flow.contains("kim@example.ru"), "{flow}");
}

#[test]
fn e18_a_choice_meets_an_import_and_is_made_all_the_same() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    stand.store.before_next_commit(move |store| {
        store.edit_account(teacher.account, |account| account.profile.gender = None);
    });
    stand
        .choose(&browser, id, &[ContactKind::Email])
        .done()
        .unwrap();
    assert_eq!(kept(&stand, &browser), [ContactKind::Email]);
    let account = stand.acting(&browser).sheet.account().clone();
    assert!(
        account.profile.gender.is_none(),
        "the import's change is not undone"
    );

    stand.store.before_next_commit(move |store| {
        store.edit_account(teacher.account, |account| account.profile.snils = None);
    });
    let none = [].into();
    wait(
        stand
            .server()
            .keep_contacts(&stand.acting(&browser), &people::provider(), &none),
    )
    .unwrap();
    assert!(kept(&stand, &browser).is_empty());
    assert!(
        stand
            .acting(&browser)
            .sheet
            .account()
            .profile
            .snils
            .is_none()
    );
}

#[test]
fn e6_a_session_that_ended_meanwhile_changes_no_contacts() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    let dead = stand.acting(&browser);
    stand.later(TimeDelta::seconds(1));
    let elsewhere = stand.signed_in(2, &teacher);
    wait(stand.server().end_sessions(&stand.acting(&elsewhere), None)).unwrap();
    let ticked = [ContactKind::Email].into();
    let outcome = wait(
        stand
            .server()
            .choose_contacts(&browser.visitor, &dead, id, &ticked),
    )
    .unwrap();
    assert_eq!(outcome.said(), Some(Refusal::FlowExpired));
    let none = std::collections::BTreeSet::new();
    let server = stand.server();
    assert!(wait(server.keep_contacts(&dead, &people::provider(), &none)).is_err());
    assert!(kept(&stand, &elsewhere).is_empty());
}

/// The provider could not tell the contacts this time: a choice among nothing would erase those that
/// were kept.
#[test]
fn e18_contacts_that_are_unknown_erase_none_of_those_that_were_kept() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    stand
        .choose(&browser, id, &[ContactKind::Email])
        .done()
        .unwrap();
    let mut unknown = teacher.identity.clone();
    unknown.claims.contacts = None;
    let (_, prompt) = stand.start(&browser, StartOrder::Refresh);
    let returned = stand.approve(&prompt, &unknown);
    stand.refuses(RefusalCode::ProviderUnavailable, || {
        stand.answer(&mut browser, &returned)
    });
    assert_eq!(kept(&stand, &browser), [ContactKind::Email]);
    // None is an answer: the person is shown that there are none, and decides.
    unknown.claims.contacts = Some(Vec::new());
    let (id, _) = stand.come_back(&mut browser, StartOrder::Refresh, &unknown);
    stand.choose(&browser, id, &[]).done().unwrap();
    assert!(kept(&stand, &browser).is_empty());
}

#[test]
fn i1_a_link_is_made_without_a_choice_where_the_contacts_are_unknown() {
    let stand = Stand::new();
    let mut teacher = stand.teacher();
    teacher.identity.claims.contacts = None;
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    let step = stand.step(&browser, id);
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::Linked { .. })),
        "{step:?}"
    );
    assert!(kept(&stand, &browser).is_empty());
}
