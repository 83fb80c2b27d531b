//! What happens at the provider (`threats.md`, sections A, C and I): refusals, somebody else's
//! session there, faults, and what its answer may hold.

use chrono::TimeDelta;
use linking_core::{
    consent::ConsentStatus,
    link::{FlowEnd, FlowState},
    provider::{Answer, CallbackParams, Decline, ProviderErrorKind, Switch},
    refusal::RefusalCode,
    session::Visitor,
    usecase::{FlowStep, Outcome, StartOrder},
};
use linking_testkit::{Returned, people};

use crate::stand::{Browser, Stand, is_linked, place, signed_at, wait};

fn callback(pairs: &[(&str, &str)]) -> Answer {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Answer::Callback(CallbackParams::new(pairs.iter().map(pair)).unwrap())
}

#[test]
fn a15_a_refusal_at_the_provider_needs_the_state_and_leaves_the_flow_open() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let (id, prompt) = stand.start(&browser, StartOrder::SignIn);
    let denied = [
        ("error", "access_denied"),
        ("error_description", "<script>"),
    ];
    let without = Returned {
        state: String::new(),
        answer: callback(&denied),
    };
    stand.refuses_silently(RefusalCode::FlowNotYours, || {
        stand.answer(&mut browser, &without)
    });
    assert!(
        matches!(stand.step(&browser, id), FlowStep::AtProvider),
        "the flow lives"
    );

    let declined = stand.peer.decline(&prompt, Decline::ByPerson);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut Browser::new(2), &declined)
    });
    stand.refuses(RefusalCode::ConsentRefused, || {
        stand.answer(&mut browser, &declined)
    });
    let again = wait(stand.server().ask_again(&browser.visitor, None, id)).unwrap();
    let prompt = again.done().unwrap().prompt.unwrap();
    let returned = stand.approve(&prompt, &teacher.identity);
    let step = stand
        .answer(&mut browser, &returned)
        .done()
        .unwrap()
        .view
        .step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
}

#[test]
fn h3_a_refusal_at_the_provider_by_a_known_person_is_recorded_as_refused_consent() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let (id, prompt) = stand.start(&browser, StartOrder::Link);
    let declined = stand.peer.decline(&prompt, Decline::ByPerson);
    let before = stand.facts();
    let (outcome, trail) = stand.recorded(|| stand.answer(&mut browser, &declined));
    assert!(matches!(
        outcome.done().unwrap().view.step,
        FlowStep::TryAgain(_)
    ));
    assert_eq!(trail.len(), 1);
    let mut after = stand.facts();
    let refused = after.consents.pop().unwrap();
    assert_eq!(refused.status, ConsentStatus::Refused);
    assert_eq!(refused.account, teacher.account);
    assert_eq!(after, before, "the refusal and nothing else");
    assert!(matches!(stand.step(&browser, id), FlowStep::TryAgain(_)));
}

#[test]
fn a17_somebody_elses_session_at_the_provider_links_nothing() {
    let stand = Stand::new();
    let (left_behind, next) = (stand.person("ivanova1"), stand.person("kim"));
    let mut browser = stand.signed_in(1, &next);
    let (id, outcome) = stand.come_back(&mut browser, StartOrder::Link, &left_behind.identity);
    let whose = FlowStep::Confirm {
        identity: "Мария С. И.".to_owned(),
    };
    assert_eq!(
        outcome.done().unwrap().view.step,
        whose,
        "the page shows whose it is"
    );
    stand.refuses(RefusalCode::NameMismatch, || {
        stand.confirm(&mut browser, id)
    });
    // The identity stays free: its owner links it.
    stand.linked(&mut Browser::new(2), &left_behind);
}

#[test]
fn a17_where_a_sign_in_anew_can_be_asked_for_an_older_one_is_refused() {
    let mut stand = Stand::new();
    let mut manifest = {
        let connected = stand.server();
        let provider = connected.provider(&people::provider()).unwrap();
        provider.adapter.manifest().clone()
    };
    manifest.forced_sign_in = Switch::On;
    stand.manifest = Some(manifest);
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    for authenticated_at in [None, Some(stand.now() - TimeDelta::seconds(61))] {
        let (_, prompt) = stand.start(&browser, StartOrder::Link);
        let mut older = teacher.identity.clone();
        older.authenticated_at = authenticated_at;
        let returned = stand.approve(&prompt, &older);
        stand.refuses(RefusalCode::StepUpNeeded, || {
            stand.answer(&mut browser, &returned)
        });
    }
    let anew = signed_at(&teacher.identity, stand.now() - TimeDelta::seconds(60));
    let id = stand.confirming(&mut browser, &anew);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
}

#[test]
fn a17_signing_out_at_the_provider_leads_back_to_another_try() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &stand.person("kim").identity);
    let actor = stand.acting(&browser);
    let back = "https://diary.example/flow/1/again".parse().unwrap();
    let server = stand.server();
    let address = wait(server.switch_identity(&browser.visitor, Some(&actor), id, &back)).unwrap();
    assert!(address.done().unwrap().is_some());
    assert!(matches!(
        stand.step(&browser, id),
        FlowStep::SwitchingIdentity
    ));
    let flow = stand.flow(id).unwrap();
    assert!(
        !format!("{flow:?}").contains("Ким"),
        "the other identity's claims are gone"
    );
    let again = wait(server.ask_again(&browser.visitor, Some(&actor), id)).unwrap();
    let returned = stand.approve(&again.done().unwrap().prompt.unwrap(), &teacher.identity);
    stand.answer(&mut browser, &returned).done().unwrap();
    assert!(is_linked(&stand.confirm(&mut browser, id)));
}

#[test]
fn a19_an_answer_that_nobody_asked_for_is_thrown_away() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    for state in ["", "0123", &"ab".repeat(32)] {
        let portal = Returned {
            state: state.to_owned(),
            answer: callback(&[("code", "from-the-portal")]),
        };
        stand.refuses_silently(RefusalCode::FlowNotYours, || {
            stand.answer(&mut browser, &portal)
        });
    }
    assert_eq!(stand.peer.advanced(), 0);
    assert!(stand.store.flows().is_empty());
}

#[test]
fn c2_subjects_that_look_alike_are_different_people() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(1), &teacher);
    for subject in [
        "Dmitrieva",
        " dmitrieva",
        "dmitrieva ",
        "dmitrieva\u{a0}",
        "dmitriеva",
    ] {
        let mut other = teacher.identity.clone();
        other.key = people::identity_key(subject);
        let mut browser = Browser::new(2);
        let (_, outcome) = stand.come_back(&mut browser, StartOrder::SignIn, &other);
        let step = outcome.done().unwrap().view.step;
        assert!(
            matches!(step, FlowStep::NotLinked { .. }),
            "{subject:?}: {step:?}"
        );
        assert!(stand.actor(&browser).is_none());
    }
}

#[test]
fn c3_an_identity_of_another_issuer_is_not_believed() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(1), &teacher);
    let mut foreign = teacher.identity.clone();
    foreign.key.issuer = "https://provider.example".parse().unwrap();
    let mut browser = Browser::new(2);
    let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
    let returned = stand.approve(&prompt, &foreign);
    stand.refuses(RefusalCode::ProviderAnswerInvalid, || {
        stand.answer(&mut browser, &returned)
    });
}

#[test]
fn i1_each_fault_of_the_provider_keeps_the_flow_and_reaches_the_log() {
    use ProviderErrorKind::{AnswerInvalid, Configuration, Restart, Unavailable};
    for (kind, code) in [
        (Unavailable, RefusalCode::ProviderUnavailable),
        (Restart, RefusalCode::ProviderUnavailable),
        (Configuration, RefusalCode::ProviderUnavailable),
        (AnswerInvalid, RefusalCode::ProviderAnswerInvalid),
    ] {
        for order in [StartOrder::SignIn, StartOrder::Link] {
            let stand = Stand::new();
            let teacher = stand.teacher();
            let mut browser = stand.signed_in(1, &teacher);
            let (id, prompt) = stand.start(&browser, order);
            let faulty = stand.peer.fail(&prompt, kind);
            let mut fault = None;
            stand.refuses(code, || {
                let outcome = stand.answer(&mut browser, &faulty);
                if let Outcome::Done(advance) = &outcome {
                    fault = advance.fault.clone();
                }
                outcome
            });
            assert_eq!(fault.unwrap().kind, kind, "the operator reads the cause");
            let actor = stand.actor(&browser);
            let again = wait(
                stand
                    .server()
                    .ask_again(&browser.visitor, actor.as_ref(), id),
            );
            assert!(again.unwrap().done().unwrap().prompt.is_some());
        }
    }
}

#[test]
fn i1_a_provider_that_is_away_leaves_a_flow_from_which_another_try_goes_on() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.peer.set_up(false);
    let down = stand
        .try_start(&browser, StartOrder::SignIn)
        .done()
        .unwrap();
    assert!(matches!(down.view.step, FlowStep::TryAgain(_)));
    assert!(down.fault.is_some() && down.prompt.is_none());
    let again = || {
        wait(
            stand
                .server()
                .ask_again(&browser.visitor, None, down.view.id),
        )
        .unwrap()
    };
    let still = again().done().unwrap();
    assert!(matches!(still.view.step, FlowStep::TryAgain(_)));
    assert!(still.fault.is_some());
    stand.peer.set_up(true);
    let prompt = again().done().unwrap().prompt.unwrap();
    let returned = stand.approve(&prompt, &teacher.identity);
    let step = stand
        .answer(&mut browser, &returned)
        .done()
        .unwrap()
        .view
        .step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
}

#[test]
fn h6_contacts_are_asked_for_only_where_they_may_be_kept_and_dropped_at_the_door_else() {
    let mut switched_off = Stand::new();
    switched_off.policy.contact_choice = Switch::Off;
    let mut not_in_the_text = Stand::new();
    not_in_the_text
        .consent
        .scopes
        .retain(|scope| *scope != linking_core::consent::DataScope::Contacts);
    for stand in [switched_off, not_in_the_text] {
        let teacher = stand.teacher();
        assert!(teacher.identity.claims.contacts.is_some());
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &teacher.identity);
        let flow = stand.flow(id).unwrap();
        let FlowState::Proving { identity, .. } = flow.state() else {
            panic!("{flow:?}")
        };
        assert!(
            identity.claims.contacts.is_none(),
            "unasked contacts in the flow"
        );
        assert!(
            identity.claims.gender.is_none(),
            "no rule looks at the gender"
        );
        let proved = stand.prove(&mut browser, id, &teacher).done().unwrap();
        let step = proved.view.step;
        assert!(
            matches!(step, FlowStep::Done(FlowEnd::Linked { .. })),
            "{step:?}"
        );
    }
}

#[test]
fn h6_identity_data_that_the_consent_does_not_name_is_not_looked_at() {
    use linking_core::consent::DataScope::{BirthDate, Snils};
    let mut stand = Stand::new();
    stand
        .consent
        .scopes
        .retain(|scope| ![Snils, BirthDate].contains(scope));
    let mut teacher = stand.teacher();
    // Would be refused, if it were compared.
    teacher.identity.claims.snils = Some(people::snils(200_300_499));
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let flow = stand.flow(id).unwrap();
    let FlowState::Proving { identity, .. } = flow.state() else {
        panic!("{flow:?}")
    };
    assert!(identity.claims.name.is_some());
    assert_eq!(identity.claims.snils, None);
    assert_eq!(identity.claims.birth_date, None);
    assert!(stand.prove(&mut browser, id, &teacher).done().is_some());
    assert_eq!(stand.store.facts().links.len(), 1);
}

#[test]
fn a_start_where_the_region_has_the_provider_off_is_refused() {
    let mut stand = Stand::new();
    stand.policy.providers.clear();
    let browser = Browser::new(1);
    stand.refuses_silently(RefusalCode::ProviderOff, || {
        stand.try_start(&browser, StartOrder::SignIn)
    });
    let signed_in = stand.signed_in(2, &stand.teacher());
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.try_start(&signed_in, StartOrder::Link)
    });
    let visitor: &Visitor = &browser.visitor;
    let unknown = "nobody".parse().unwrap();
    let outcome = wait(
        stand
            .server()
            .start(visitor, None, StartOrder::SignIn, &unknown, place()),
    );
    assert!(outcome.unwrap().refusal().is_some());
    assert!(stand.store.flows().is_empty());
    assert_eq!(stand.peer.begun(), 0);
}
