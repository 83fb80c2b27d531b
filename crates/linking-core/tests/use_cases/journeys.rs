//! Сетевой Город (`journeys.md`, section 1): SGO-1, SGO-2, sign-in over a link, contacts, unlink.

use chrono::TimeDelta;
use linking_core::{
    account::ContactKind,
    audit::{Act, Notice},
    consent::ConsentStatus,
    event::EventBody,
    link::{FlowEnd, LinkOrigin},
    refusal::RefusalCode,
    session::SignInWay,
    usecase::{FlowStep, StartOrder, WayView},
};
use linking_testkit::people;

use crate::stand::{Browser, Stand, is_linked, signed_at, wait};

#[test]
fn sgo_1_links_after_local_password() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);

    let (id, outcome) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    let masked = "Светлана В. Д.".to_owned();
    let not_linked = FlowStep::NotLinked {
        identity: masked.clone(),
    };
    assert_eq!(outcome.done().unwrap().view.step, not_linked);
    let agreed = stand.agree(&browser, id).done().unwrap();
    let prove = FlowStep::Prove {
        identity: masked.clone(),
    };
    assert_eq!(agreed.view.step, prove);

    let (proved, trail) = stand.recorded(|| stand.prove(&mut browser, id, &teacher));
    let FlowStep::ChooseContacts {
        offered,
        linked_at,
        identity,
    } = proved.done().unwrap().view.step
    else {
        panic!("no contact choice")
    };
    assert_eq!(linked_at, Some(stand.now()));
    assert_eq!(identity, Some(masked));
    let kinds: Vec<_> = offered.iter().map(|contact| contact.kind).collect();
    assert_eq!(kinds, [ContactKind::Mobile, ContactKind::Email]);

    let [record] = trail.as_slice() else {
        panic!("one change, one record: {trail:?}")
    };
    assert!(matches!(record.act, Act::Linked { .. }));
    assert!(matches!(record.concerns[0].notice, Notice::Linked { .. }));
    assert_eq!(record.flow, Some(id));
    let facts = stand.facts();
    assert_eq!(facts.links.len(), 1);
    assert_eq!(facts.links[0].account, teacher.account);
    assert_eq!(facts.links[0].identity, teacher.identity.key);
    assert_eq!(facts.links[0].origin, LinkOrigin::FromProvider);
    assert_eq!(facts.consents.len(), 1);
    assert_eq!(facts.consents[0].status, ConsentStatus::Granted);
    assert_eq!(facts.consents[0].text, people::consent_text());
    let events = stand.store.events();
    assert!(matches!(events.as_slice(), [e] if matches!(e.body, EventBody::Linked { .. })));
    // The password that made the link also signs in.
    assert_eq!(stand.acting(&browser).account(), teacher.account);

    let chosen = stand.choose(&browser, id, &[ContactKind::Email]);
    assert!(is_linked(&chosen));
    let profile = stand.acting(&browser).sheet.account().profile.clone();
    let kept: Vec<_> = profile.contacts.iter().map(|c| c.value.kind()).collect();
    assert_eq!(kept, [ContactKind::Email]);
}

#[test]
fn sgo_1_whoever_leaves_at_the_contact_choice_is_linked_with_nothing_kept() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &stand.teacher());
    let actor = stand.acting(&browser);
    let left = wait(stand.server().cancel(&browser.visitor, Some(&actor), id)).unwrap();
    let step = left.done().unwrap().step;
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::Linked { .. })),
        "{step:?}"
    );
    assert!(actor.sheet.account().profile.contacts.is_empty());
    assert_eq!(stand.facts().links.len(), 1);
}

#[test]
fn sgo_1_a_linked_person_signs_in_at_once() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(1), &teacher);
    stand.later(TimeDelta::days(3));

    let mut browser = Browser::new(2);
    let identity = signed_at(&teacher.identity, stand.now());
    let ((_, outcome), trail) =
        stand.recorded(|| stand.come_back(&mut browser, StartOrder::SignIn, &identity));
    let step = outcome.done().unwrap().view.step;
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::SignedIn { .. })),
        "{step:?}"
    );
    assert!(matches!(trail.as_slice(), [r] if matches!(r.act, Act::SignedIn { .. })));
    let actor = stand.acting(&browser);
    assert_eq!(actor.account(), teacher.account);
    assert!(matches!(actor.session.value.way, SignInWay::Link { .. }));
    assert!(actor.session.value.is_recent(stand.now()));
    assert_eq!(stand.facts().links[0].used_at, Some(stand.now()));
}

#[test]
fn sgo_1_data_that_parted_signs_in_and_tells_the_person() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(1), &teacher);
    stand.store.edit_account(teacher.account, |account| {
        account.profile.birth_date = Some(people::of_school(people::birth_date("24.04.1990")));
    });
    let mut browser = Browser::new(2);
    let (_, trail) =
        stand.recorded(|| stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity));
    assert_eq!(stand.acting(&browser).account(), teacher.account);
    let notices: Vec<_> = trail[0].concerns.iter().map(|c| &c.notice).collect();
    assert!(matches!(
        notices.as_slice(),
        [Notice::SignedIn { .. }, Notice::DataParted { .. }]
    ));
}

#[test]
fn sgo_2_links_from_settings_after_is_it_you() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let elsewhere = stand.signed_in(2, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(stand.facts().links.is_empty(), "nothing before the press");
    assert!(stand.facts().consents.is_empty());

    let old_secret = browser.secret.clone();
    let (outcome, trail) = stand.recorded(|| stand.confirm(&mut browser, id));
    assert!(is_linked(&outcome));
    assert!(matches!(trail.as_slice(), [r] if matches!(r.act, Act::Linked { .. })));
    let facts = stand.facts();
    assert_eq!(facts.links[0].origin, LinkOrigin::FromSettings);
    assert_eq!(facts.consents.len(), 1);
    assert_ne!(browser.secret, old_secret, "A4: the secret is a new one");
    assert!(stand.actor(&elsewhere).is_none(), "other sessions ended");

    stand.choose(&browser, id, &[ContactKind::Mobile]);
    let ways = wait(stand.server().ways(&stand.acting(&browser))).unwrap();
    assert!(matches!(
        ways.as_slice(),
        [
            WayView::Linked { last: false, .. },
            WayView::Password {
                set_at: Some(_),
                exposed: false
            }
        ]
    ));
}

#[test]
fn sgo_2_unticks_at_once_and_ticks_by_way_of_the_provider() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    stand.confirm(&mut browser, id);
    stand.choose(&browser, id, &[ContactKind::Mobile, ContactKind::Email]);
    let taken_at = stand.now();
    stand.later(TimeDelta::minutes(1));

    let contacts = |browser: &Browser| {
        let profile = stand.acting(browser).sheet.account().profile.clone();
        profile.contacts
    };
    let server = stand.server();
    let actor = stand.acting(&browser);
    let email = [ContactKind::Email].into();
    wait(server.keep_contacts(&actor, &people::provider(), &email)).unwrap();
    let kept = contacts(&browser);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].at, taken_at, "what stays is as it was taken");
    // Ticking adds nothing that is not there.
    let all = ContactKind::ALL.into();
    let actor = stand.acting(&browser);
    wait(server.keep_contacts(&actor, &people::provider(), &all)).unwrap();
    assert_eq!(contacts(&browser).len(), 1);

    let (id, outcome) = stand.come_back(&mut browser, StartOrder::Refresh, &teacher.identity);
    let step = outcome.done().unwrap().view.step;
    assert!(
        matches!(
            step,
            FlowStep::ChooseContacts {
                linked_at: None,
                ..
            }
        ),
        "{step:?}"
    );
    stand.choose(&browser, id, &[ContactKind::Mobile]);
    let kept: Vec<_> = contacts(&browser).iter().map(|c| c.value.kind()).collect();
    assert_eq!(kept, [ContactKind::Mobile]);
    let step = stand.step(&browser, id);
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::ContactsChosen { .. })),
        "{step:?}"
    );
}

#[test]
fn sgo_the_provider_can_be_the_step_up() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.linked(&mut browser, &teacher);
    stand.later(TimeDelta::minutes(10));
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.unlink(&mut browser.clone())
    });

    // A silent sign-in at the provider proves nothing.
    let (_, prompt) = stand.start(&browser, StartOrder::StepUp);
    let stale = stand.approve(&prompt, &teacher.identity);
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.answer(&mut browser, &stale)
    });

    // Nor does another person's sign-in.
    let stranger = signed_at(&stand.person("kim").identity, stand.now());
    let (_, prompt) = stand.start(&browser, StartOrder::StepUp);
    let foreign = stand.approve(&prompt, &stranger);
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.answer(&mut browser, &foreign)
    });

    let old_secret = browser.secret.clone();
    let fresh = signed_at(&teacher.identity, stand.now());
    let (_, outcome) = stand.come_back(&mut browser, StartOrder::StepUp, &fresh);
    let step = outcome.done().unwrap().view.step;
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::SteppedUp { .. })),
        "{step:?}"
    );
    assert_ne!(browser.secret, old_secret, "A4: the secret is a new one");
    assert!(stand.unlink(&mut browser).done().is_some());
}

#[test]
fn sgo_unlinks_and_links_again() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    for _ in 0..3 {
        let id = stand.confirming(&mut browser, &teacher.identity);
        assert!(is_linked(&stand.confirm(&mut browser, id)));
        stand.choose(&browser, id, &[ContactKind::Email]);
        assert!(stand.unlink(&mut browser).done().is_some());
    }
    let facts = stand.facts();
    assert!(facts.links.is_empty());
    assert_eq!(facts.ended.len(), 3);
    let withdrawn = |consent: &linking_core::consent::Consent| {
        matches!(consent.status, ConsentStatus::Withdrawn { .. })
    };
    assert_eq!(facts.consents.iter().filter(|c| withdrawn(c)).count(), 3);
}
