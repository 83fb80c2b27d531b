//! Links that must not be made (`threats.md` E1, E2, E4, E11; C11, C16).

use linking_core::{
    account::AccountStatus,
    audit::Notice,
    event::EventBody,
    person::PatronymicRule,
    policy::LinkWays,
    provider::Claims,
    refusal::{DifferingField, MixUp, Refusal, RefusalCode},
    usecase::{FlowStep, StartOrder},
};
use linking_testkit::people;

use crate::stand::{Browser, Person, Stand, Verdict as _, is_linked, renamed, wait};

/// A person who comes with another identity than the own one.
fn with_identity_of(person: &Person, other: &Person) -> Person {
    Person {
        identity: other.identity.clone(),
        ..person.clone()
    }
}

/// Refused by both doors, by a fresh site each, with the same code.
fn refused_by_both_doors(code: RefusalCode, set: impl Fn(&Stand) -> Person) {
    let stand = Stand::new();
    let person = set(&stand);
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &person.identity);
    stand.refuses(code, || stand.prove(&mut browser, id, &person));
    assert!(stand.actor(&browser).is_none());
    assert_no_claims(&stand);

    let stand = Stand::new();
    let person = set(&stand);
    let mut browser = stand.signed_in(1, &person);
    let id = stand.confirming(&mut browser, &person.identity);
    stand.refuses(code, || stand.confirm(&mut browser, id));
    assert_no_claims(&stand);
}

/// H2: what a refused flow keeps.
fn assert_no_claims(stand: &Stand) {
    for flow in stand.store.flows() {
        let text = serde_json::to_string(&flow).unwrap();
        for claim in [
            "example.ru",
            "914000",
            "authenticated_at",
            "Сергеевна",
            "Петровна",
        ] {
            assert!(!text.contains(claim), "{claim} in {text}");
        }
    }
}

#[test]
fn e1_an_identity_linked_elsewhere_is_never_moved_and_its_owner_is_told() {
    let stand = Stand::new();
    let (owner, other) = (stand.teacher(), stand.person("kim"));
    stand.linked(&mut Browser::new(1), &owner);
    let other = with_identity_of(&other, &owner);

    let mut browser = stand.signed_in(2, &other);
    let id = stand.confirming(&mut browser, &owner.identity);
    let mut told = Vec::new();
    let refusal = stand.refuses(RefusalCode::IdentityLinkedElsewhere, || {
        let (outcome, trail) = stand.recorded(|| stand.confirm(&mut browser, id));
        told = trail
            .into_iter()
            .flat_map(|record| record.concerns)
            .collect();
        outcome
    });
    assert_eq!(
        refusal,
        Refusal::IdentityLinkedElsewhere,
        "and no fact of the other account"
    );
    assert!(told.iter().any(|concern| concern.account == owner.account
        && matches!(concern.notice, Notice::IdentityTriedElsewhere { .. })));
    let events = stand.store.events();
    assert!(events.iter().any(|event| event.account == owner.account
        && matches!(event.body, EventBody::IdentityTriedElsewhere { .. })));
    let links = stand.facts().links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].account, owner.account);
}

#[test]
fn e2_a_second_identity_of_the_provider_is_refused_with_the_date_of_the_first() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    // Begun before the first link was made, by another tab.
    let mut second = teacher.identity.clone();
    second.key = people::identity_key("another-of-hers");
    let late = stand.confirming(&mut browser, &second);
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
    let since = stand.now();

    let already = Refusal::AccountLinkedAlready { since };
    // A settings page from before: nothing says that another identity would come.
    stand.refuses(RefusalCode::FlowFinished, || {
        stand.try_start(&browser, StartOrder::Link)
    });
    let said = stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.confirm(&mut browser, late)
    });
    assert_eq!(said, already);
    // From the provider's side, with the password.
    let mut other = Browser::new(2);
    let id = stand.proving(&mut other, &second);
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.prove(&mut other, id, &teacher)
    });
}

#[test]
fn e2_the_same_identity_in_a_second_tab_stands_already() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let first = stand.confirming(&mut browser, &teacher.identity);
    let second = stand.confirming(&mut browser, &teacher.identity);
    let mut elsewhere = Browser::new(2);
    let third = stand.proving(&mut elsewhere, &teacher.identity);
    stand.confirm(&mut browser, first).done().unwrap();
    let linked_at = stand.now();
    stand.later(chrono::TimeDelta::minutes(1));

    let before = stand.facts();
    let (outcome, trail) = stand.recorded(|| stand.confirm(&mut browser, second));
    assert!(is_linked(&outcome));
    assert!(trail.is_empty(), "nothing changed");
    assert_eq!(stand.facts(), before);
    match stand.step(&browser, second) {
        FlowStep::Done(linking_core::link::FlowEnd::Linked { at, .. }) => {
            assert_eq!(at, linked_at, "since when it stands");
        }
        other => panic!("{other:?}"),
    }
    // The right password signs in; no second link, no second consent.
    stand.prove(&mut elsewhere, third, &teacher).done().unwrap();
    assert_eq!(stand.acting(&elsewhere).account(), teacher.account);
    assert_eq!(stand.facts().links, before.links);
    assert_eq!(stand.facts().consents, before.consents);
}

#[test]
fn e4_a_proof_serves_the_identity_that_was_proved_and_no_other() {
    let stand = Stand::new();
    let (victim, mallory) = (stand.teacher(), stand.person("kim"));
    let mut hers = Browser::new(1);
    let her_flow = stand.proving(&mut hers, &victim.identity);
    let mut his = Browser::new(2);
    let his_flow = stand.proving(&mut his, &mallory.identity);
    // Her flow in his browser, his flow in hers.
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.prove(&mut his, her_flow, &victim)
    });
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.prove(&mut hers, his_flow, &victim)
    });
    assert!(is_linked(&stand.prove(&mut hers, her_flow, &victim)));
    let links = stand.facts().links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].identity, victim.identity.key);
}

#[test]
fn e11_parent_and_child_are_told_apart_by_both_doors() {
    refused_by_both_doors(RefusalCode::GuardianChildMixUp, |stand| {
        with_identity_of(&stand.person("saharov"), &stand.person("saharova"))
    });
    refused_by_both_doors(RefusalCode::GuardianChildMixUp, |stand| {
        with_identity_of(&stand.person("saharova"), &stand.person("saharov"))
    });
}

#[test]
fn e11_says_which_way_round_and_names_nobody() {
    let stand = Stand::new();
    let child = with_identity_of(&stand.person("saharov"), &stand.person("saharova"));
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &child.identity);
    let said = stand.prove(&mut browser, id, &child).said();
    let mix_up = MixUp::AdultOnChild;
    assert_eq!(said, Some(Refusal::GuardianChildMixUp { mix_up }));
}

#[test]
fn e11_an_adult_who_is_nobodys_guardian_does_not_pass_on_a_pupils_account() {
    refused_by_both_doors(RefusalCode::GuardianChildMixUp, |stand| {
        let mut pupil = stand.person("saharov");
        stand.store.edit_account(pupil.account, |account| {
            account.profile.birth_date = None;
            account.profile.snils = None;
        });
        // Bears the child's name, and is grown up.
        pupil.identity.key = people::identity_key("uncle");
        pupil.identity.claims.snils = None;
        pupil.identity.claims.birth_date = Some(people::birth_date("17.09.1980"));
        pupil
    });
}

#[test]
fn each_difference_is_refused_by_its_name() {
    refused_by_both_doors(RefusalCode::NameMismatch, |stand| {
        with_identity_of(&stand.teacher(), &stand.person("kim"))
    });
    refused_by_both_doors(RefusalCode::SnilsMismatch, |stand| {
        let mut person = stand.teacher();
        person.identity.claims.snils = Some(people::snils(112_233_446));
        person
    });
    refused_by_both_doors(RefusalCode::BirthDateMismatch, |stand| {
        let mut person = stand.teacher();
        person.identity.claims.birth_date = Some(people::birth_date("24.04.1990"));
        person
    });
}

#[test]
fn c6_a_namesake_is_not_the_same_person() {
    refused_by_both_doors(RefusalCode::SnilsMismatch, |stand| {
        with_identity_of(&stand.person("ivanova1"), &stand.person("ivanova2"))
    });
}

#[test]
fn a_patronymic_on_one_side_is_a_difference_unless_the_policy_allows_it() {
    let mut stand = Stand::new();
    let mut teacher = stand.teacher();
    teacher.identity = renamed(&teacher.identity, ["Дмитриева", "Светлана", ""]);
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let said = stand.refuses(RefusalCode::NameMismatch, || {
        stand.prove(&mut browser, id, &teacher)
    });
    let Refusal::NameMismatch { fields } = said else {
        panic!("{said:?}")
    };
    assert!(matches!(fields.as_slice(), [DifferingField::Name { .. }]));

    stand.policy.patronymic = PatronymicRule::MayBeMissingOnOneSide;
    let id = stand.proving(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
}

#[test]
fn c11_what_is_unknown_hinders_nobody_and_proves_nothing() {
    let stand = Stand::new();
    let mut teacher = stand.teacher();
    stand.store.edit_account(teacher.account, |account| {
        account.profile.snils = None;
        account.profile.birth_date = None;
    });
    teacher.identity.claims = Claims {
        name: teacher.identity.claims.name.clone(),
        ..Claims::default()
    };
    // Without the local proof the name alone finds nobody.
    let mut browser = Browser::new(1);
    let (id, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    assert!(matches!(
        stand.step(&browser, id),
        FlowStep::NotLinked { .. }
    ));
    assert!(stand.actor(&browser).is_none());
    stand.agree(&browser, id);
    assert!(is_linked(&stand.prove(&mut browser, id, &teacher)));
}

#[test]
fn c16_a_contact_or_a_level_is_nobodys_subject() {
    // The identity has the victim's contacts and data, and another subject: it enters nothing.
    let stand = Stand::new();
    let victim = stand.teacher();
    stand.linked(&mut Browser::new(1), &victim);
    let mut twin = victim.identity.clone();
    twin.key = people::identity_key("1000000001");
    let mut browser = Browser::new(2);
    let id = stand.proving(&mut browser, &twin);
    assert!(stand.actor(&browser).is_none());
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.prove(&mut browser, id, &victim)
    });
}

#[test]
fn blocked_and_archived_accounts_are_not_linked() {
    for (status, code) in [
        (AccountStatus::Blocked, RefusalCode::AccountBlocked),
        (AccountStatus::Archived, RefusalCode::WrongCredentials),
    ] {
        let stand = Stand::new();
        let teacher = stand.teacher();
        stand
            .store
            .edit_account(teacher.account, |account| account.status = status);
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &teacher.identity);
        stand.refuses(code, || stand.prove(&mut browser, id, &teacher));
        // DN-9: the provider's answer is still there.
        assert!(matches!(stand.step(&browser, id), FlowStep::Prove { .. }));
    }
}

#[test]
fn a_region_that_links_from_the_settings_alone_refuses_the_other_way() {
    let mut stand = Stand::new();
    stand.policy.link_ways = LinkWays::Settings;
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.prove(&mut browser, id, &teacher)
    });
    stand.sign_in(&mut browser, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
}

#[test]
fn h3_without_the_text_of_today_nothing_is_agreed_to() {
    let mut stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let (id, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    for text in ["", "2025-01", "2026-03 "] {
        let advance = stand.agree_to(&browser, id, text).done().unwrap();
        assert!(
            matches!(advance.view.step, FlowStep::NotLinked { .. }),
            "{text:?}"
        );
    }
    // Straight to the password, and to «Связать»: no consent, no link.
    let advance = stand.prove(&mut browser, id, &teacher).done().unwrap();
    assert!(matches!(advance.view.step, FlowStep::NotLinked { .. }));
    assert!(stand.actor(&browser).is_none());

    let mut settings = stand.signed_in(2, &teacher);
    let id = stand.confirming(&mut settings, &teacher.identity);
    let actor = stand.acting(&settings);
    // The text changed between the page and the press: the page is shown again.
    stand.consent.version = "2026-04".to_owned();
    let server = stand.server();
    let old = wait(server.confirm(&settings.visitor, &actor, id, "2026-03")).unwrap();
    assert!(matches!(
        old.done().unwrap().view.step,
        FlowStep::Confirm { .. }
    ));
    assert!(stand.facts().links.is_empty() && stand.facts().consents.is_empty());
    let new = wait(server.confirm(&settings.visitor, &actor, id, "2026-04")).unwrap();
    assert!(is_linked(&new));
    assert_eq!(stand.facts().consents[0].text.version, "2026-04");
}

#[test]
fn h3_a_consent_records_the_text_in_the_language_that_the_person_read() {
    let mut stand = Stand::new();
    stand.translations = vec!["2026-03-en".to_owned()];
    let teacher = stand.teacher();
    let mut settings = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut settings, &teacher.identity);
    let actor = stand.acting(&settings);
    let server = stand.server();
    let linked = wait(server.confirm(&settings.visitor, &actor, id, "2026-03-en")).unwrap();
    assert!(is_linked(&linked));
    let text = stand.facts().consents[0].text.clone();
    assert_eq!(text.version, "2026-03-en");
    assert_eq!(text.digest, "b".repeat(64));
    assert_eq!(text.scopes, stand.consent.scopes);
}

#[test]
fn h3_an_abandoned_flow_leaves_no_consent() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    wait(stand.server().cancel(&browser.visitor, None, id)).unwrap();
    assert!(stand.facts().consents.is_empty());
    assert_no_claims(&stand);
}
