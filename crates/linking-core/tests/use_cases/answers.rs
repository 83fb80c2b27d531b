//! The provider's answer (`threats.md`, section A): who may bring it, once, and what it may say.

use linking_core::{
    provider::{Answer, CallbackParams},
    refusal::RefusalCode,
    usecase::{FlowStep, StartOrder},
};
use linking_testkit::Returned;

use crate::stand::{Browser, Stand, is_linked, wait};

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
