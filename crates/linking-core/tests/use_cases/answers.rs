//! The provider's answer (`threats.md`, section A): who may bring it, once, and what it may say.

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
fn a1_login_csrf_is_refused_and_the_rightful_browser_goes_on() {
    let stand = Stand::new();
    let (teacher, victim) = (stand.teacher(), stand.person("kim"));
    stand.linked(&mut Browser::new(9), &teacher);
    let mut attacker = Browser::new(1);
    let (_, prompt) = stand.start(&attacker, StartOrder::SignIn);
    let returned = stand.approve(&prompt, &teacher.identity);

    let mut strange = Browser::new(2);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut strange, &returned)
    });
    // With a session, and with a flow of its own.
    let mut signed_in = stand.signed_in(3, &victim);
    stand.start(&signed_in, StartOrder::SignIn);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut signed_in, &returned)
    });
    assert_eq!(
        stand.peer.advanced(),
        1,
        "the linking alone asked the provider"
    );

    stand.answer(&mut attacker, &returned).done().unwrap();
    assert_eq!(stand.acting(&attacker).account(), teacher.account);
    assert_eq!(stand.acting(&signed_in).account(), victim.account);
}

#[test]
fn a2_link_csrf_is_refused() {
    let stand = Stand::new();
    let (victim, mallory) = (stand.teacher(), stand.person("kim"));
    let mut hers = stand.signed_in(2, &victim);
    let mut his = stand.signed_in(1, &mallory);
    let (id, prompt) = stand.start(&his, StartOrder::Link);
    let returned = stand.approve(&prompt, &mallory.identity);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut hers, &returned)
    });
    // Replayed in its own browser it works for its own account alone.
    stand.answer(&mut his, &returned).done().unwrap();
    assert!(is_linked(&stand.confirm(&mut his, id)));
    let links = stand.facts().links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].account, mallory.account);
}

#[test]
fn a3_reverse_link_csrf_is_refused_and_the_victims_identity_stays_free() {
    let stand = Stand::new();
    let (victim, mallory) = (stand.teacher(), stand.person("kim"));
    let his = stand.signed_in(1, &mallory);
    let (_, prompt) = stand.start(&his, StartOrder::Link);
    // The victim signs in at the address that she was sent, and lands in her own browser.
    let returned = stand.approve(&prompt, &victim.identity);
    let mut hers = stand.signed_in(2, &victim);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut hers, &returned)
    });
    assert!(stand.facts().links.is_empty());
    let (_, outcome) = stand.come_back(&mut hers, StartOrder::SignIn, &victim.identity);
    let step = outcome.done().unwrap().view.step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
}

#[test]
fn a4_every_way_in_gives_a_new_secret_and_the_old_one_is_dead() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let mut seen = vec![browser.secret.clone()];
    let mut changed = |browser: &Browser, act: &str| {
        let old = Browser {
            secret: seen.last().cloned().flatten(),
            ..browser.clone()
        };
        assert!(!seen.contains(&browser.secret), "{act}");
        assert!(stand.actor(&old).is_none(), "{act}: the old secret lives");
        seen.push(browser.secret.clone());
    };
    stand.sign_in(&mut browser, &teacher);
    changed(&browser, "sign-in over a session");
    stand.step_up(&mut browser, "right");
    changed(&browser, "step-up");
    let id = stand.confirming(&mut browser, &teacher.identity);
    stand.confirm(&mut browser, id);
    changed(&browser, "link");
    stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    changed(&browser, "sign-in by the provider");
    stand.step_up(&mut browser, "right");
    changed(&browser, "step-up again");
    stand.unlink(&mut browser);
    changed(&browser, "unlink");
    stand.link_from_provider(&mut browser, &teacher);
    changed(&browser, "link from the provider's side");
    let last = browser.clone();
    stand.sign_out(&mut browser);
    assert!(stand.actor(&last).is_none());
}

#[test]
fn a5_a_session_is_worth_nothing_in_another_browser() {
    let stand = Stand::new();
    let browser = stand.signed_in(1, &stand.teacher());
    let tossed = Browser {
        secret: browser.secret.clone(),
        ..Browser::new(2)
    };
    assert!(stand.actor(&tossed).is_none());
    assert!(stand.actor(&browser).is_some());
}

#[test]
fn a5_a_flow_of_a_session_does_not_go_on_in_another_one_of_the_same_browser() {
    let stand = Stand::new();
    let (teacher, other) = (stand.teacher(), stand.person("kim"));
    let mut browser = stand.signed_in(1, &teacher);
    let (_, prompt) = stand.start(&browser, StartOrder::Link);
    let returned = stand.approve(&prompt, &teacher.identity);
    // Signed out.
    let mut nobody = Browser {
        secret: None,
        ..browser.clone()
    };
    stand.refuses(RefusalCode::FlowExpired, || {
        stand.answer(&mut nobody, &returned)
    });
    // Signed in as another person (G17), then as oneself, by a new session.
    stand.sign_in(&mut browser, &other);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut browser, &returned)
    });
    stand.sign_in(&mut browser, &teacher);
    stand.refuses(RefusalCode::FlowExpired, || {
        stand.answer(&mut browser, &returned)
    });
    assert_eq!(stand.peer.advanced(), 0);
}

#[test]
fn a6_a_state_that_was_touched_finds_nothing_and_ends_nothing() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let (id, prompt) = stand.start(&browser, StartOrder::SignIn);
    let good = stand.approve(&prompt, &teacher.identity);
    let flipped: String = good
        .state
        .chars()
        .enumerate()
        .map(|(i, c)| match (i, c) {
            (0, '0') => '1',
            (0, _) => '0',
            (_, c) => c,
        })
        .collect();
    let upper = good.state.to_uppercase();
    let doubled = [good.state.as_str(), good.state.as_str()].concat();
    for state in [
        "",
        good.state.get(1..).unwrap(),
        &flipped,
        &upper,
        &doubled,
        &id.to_string(),
    ] {
        let touched = Returned {
            state: state.to_owned(),
            ..good.clone()
        };
        stand.refuses_silently(RefusalCode::FlowNotYours, || {
            stand.answer(&mut browser, &touched)
        });
    }
    assert_eq!(stand.peer.advanced(), 0);
    let step = stand.answer(&mut browser, &good).done().unwrap().view.step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
}

#[test]
fn a6_states_of_two_flows_exchanged_are_not_believed_and_both_can_try_again() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let flows = [
        stand.start(&browser, StartOrder::SignIn),
        stand.start(&browser, StartOrder::SignIn),
    ];
    let [one, other] = [&flows[0], &flows[1]].map(|(_, p)| stand.approve(p, &teacher.identity));
    for (state, answer) in [(&one.state, &other.answer), (&other.state, &one.answer)] {
        let crossed = Returned {
            state: state.clone(),
            answer: answer.clone(),
        };
        stand.refuses(RefusalCode::ProviderAnswerInvalid, || {
            stand.answer(&mut browser, &crossed)
        });
    }
    for (id, _) in flows {
        assert!(matches!(stand.step(&browser, id), FlowStep::TryAgain(_)));
    }
}

#[test]
fn a6_a_ticket_at_another_providers_address_is_refused() {
    let stand = Stand::new();
    let browser = Browser::new(1);
    let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
    let returned = stand.approve(&prompt, &stand.teacher().identity);
    let other = "vk-id".parse().unwrap();
    stand.refuses(RefusalCode::FlowNotYours, || {
        wait(stand.server().answer(
            &browser.visitor,
            None,
            &other,
            &returned.state,
            returned.answer.clone(),
        ))
        .unwrap()
    });
    assert_eq!(stand.peer.advanced(), 0);
}

#[test]
fn a7_an_injected_code_is_refused_and_nobody_is_signed_in() {
    let stand = Stand::new();
    let (victim, mallory) = (stand.teacher(), stand.person("kim"));
    stand.linked(&mut Browser::new(9), &victim);
    let hers = Browser::new(2);
    let (_, prompt) = stand.start(&hers, StartOrder::SignIn);
    let stolen = stand.approve(&prompt, &victim.identity);
    let mut his = Browser::new(1);
    let (_, prompt) = stand.start(&his, StartOrder::SignIn);
    let own = stand.approve(&prompt, &mallory.identity);
    let Answer::Callback(stolen) = &stolen.answer else {
        panic!("a callback")
    };
    let code = stolen.get("code").unwrap();
    let injected = Returned {
        answer: callback(&[("code", code), ("state", &own.state)]),
        state: own.state.clone(),
    };
    stand.refuses(RefusalCode::ProviderAnswerInvalid, || {
        stand.answer(&mut his, &injected)
    });
    assert!(stand.actor(&his).is_none());
}

#[test]
fn a8_a_replayed_answer_shows_the_present_page_and_asks_nobody() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    let asked = stand.peer.advanced();
    let mut browser = Browser::new(1);
    let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
    let returned = stand.approve(&prompt, &teacher.identity);
    let first = stand.answer(&mut browser, &returned).done().unwrap();
    assert!(first.session.is_some());
    let secret = browser.secret.clone();
    let before = stand.facts();
    for _ in 0..2 {
        let (again, trail) = stand.recorded(|| stand.answer(&mut browser, &returned));
        let again = again.done().unwrap();
        assert_eq!(again.view.step, first.view.step);
        assert!(again.session.is_none(), "never a second session");
        assert!(trail.is_empty());
    }
    assert_eq!(stand.facts(), before);
    assert_eq!(browser.secret, secret);
    assert_eq!(stand.peer.advanced(), asked + 1);
    // In another browser it is not the flow's.
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.answer(&mut Browser::new(2), &returned)
    });
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
        assert!(!teacher.identity.claims.contacts.is_empty());
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &teacher.identity);
        let flow = stand.flow(id).unwrap();
        let FlowState::Proving { identity, .. } = flow.state() else {
            panic!("{flow:?}")
        };
        assert!(
            identity.claims.contacts.is_empty(),
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
fn a10_a_start_by_a_region_where_the_provider_is_off_is_refused() {
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
