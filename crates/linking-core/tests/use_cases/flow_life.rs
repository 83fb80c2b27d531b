//! The life of a flow (`threats.md` G15, G16, F7, H2): its end to the second, its one prolonging,
//! double presses, the back button, what it keeps.

use chrono::TimeDelta;
use linking_core::{
    ids::FlowId,
    link::{FlowEnd, FlowState},
    refusal::{Refusal, RefusalCode},
    secret::Secret256,
    time::FLOW_REMAINS,
    usecase::{FlowStep, Outcome, StartOrder},
};

use crate::stand::{Browser, Stand, is_linked, place, wait};

#[test]
fn g16_each_step_is_open_until_the_very_end_and_closed_at_it() {
    type Step = fn(&Stand, &mut Browser, FlowId) -> Outcome<linking_core::usecase::Advance>;
    let steps: [(&str, bool, Step); 4] = [
        ("agree", false, |s, b, id| s.agree(b, id)),
        ("choose_organization", false, |s, b, id| {
            wait(
                s.server()
                    .choose_organization(&b.visitor, None, id, place()),
            )
            .unwrap()
        }),
        ("prove", true, |s, b, id| s.prove(b, id, &s.teacher())),
        ("ask_again", true, |s, b, id| {
            wait(s.server().ask_again(&b.visitor, None, id)).unwrap()
        }),
    ];
    for (name, agreed, step) in steps {
        for (to_the_end, open) in [(-1, true), (0, false), (1, false)] {
            let stand = Stand::new();
            let mut browser = Browser::new(1);
            let teacher = stand.teacher();
            let (id, _) = stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
            if agreed {
                stand.agree(&browser, id);
            }
            stand.later(TimeDelta::minutes(15) + TimeDelta::seconds(to_the_end));
            if open {
                let outcome = step(&stand, &mut browser, id);
                assert!(outcome.refusal().is_none(), "{name}: {outcome:?}");
            } else {
                stand.refuses(RefusalCode::FlowExpired, || step(&stand, &mut browser, id));
                stand.refuses_silently(RefusalCode::FlowExpired, || stand.view(&browser, id));
            }
        }
    }
}

#[test]
fn g16_the_answer_the_link_and_the_contacts_too() {
    for (to_the_end, open) in [(-1, true), (0, false), (1, false)] {
        let life = TimeDelta::minutes(15) + TimeDelta::seconds(to_the_end);
        // The answer.
        let stand = Stand::new();
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
        let returned = stand.approve(&prompt, &teacher.identity);
        stand.later(life);
        if open {
            stand.answer(&mut browser, &returned).done().unwrap();
        } else {
            stand.refuses(RefusalCode::FlowExpired, || {
                stand.answer(&mut browser, &returned)
            });
            assert_eq!(stand.peer.advanced(), 0, "nothing was asked for nothing");
        }
        // «Связать».
        let mut browser = stand.signed_in(2, &teacher);
        let id = stand.confirming(&mut browser, &teacher.identity);
        stand.later(life);
        stand.step_up(&mut browser, "right");
        if open {
            assert!(is_linked(&stand.confirm(&mut browser, id)));
        } else {
            stand.refuses(RefusalCode::FlowExpired, || stand.confirm(&mut browser, id));
        }
        // The contacts.
        let stand = Stand::new();
        let mut browser = Browser::new(1);
        let id = stand.link_from_provider(&mut browser, &teacher);
        stand.later(life);
        if open {
            stand.choose(&browser, id, &[]).done().unwrap();
        } else {
            stand.refuses(RefusalCode::FlowFinished, || {
                stand.choose(&browser, id, &[])
            });
            assert_eq!(stand.facts().links.len(), 1, "linked, with nothing kept");
        }
    }
}

#[test]
fn g16_one_press_prolongs_once_and_looking_prolongs_nothing() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &stand.teacher().identity);
    let end = stand.now() + TimeDelta::minutes(15);
    for _ in 0..3 {
        stand.later(TimeDelta::minutes(1));
        assert_eq!(stand.view(&browser, id).done().unwrap().expires_at, end);
    }
    let prolong = || wait(stand.server().prolong(&browser.visitor, None, id)).unwrap();
    stand.later(TimeDelta::minutes(12) - TimeDelta::seconds(1));
    let view = prolong().done().unwrap();
    assert_eq!(view.expires_at, end + TimeDelta::minutes(15));
    assert!(!view.can_prolong);
    let again = prolong().done().unwrap();
    assert_eq!(
        again.expires_at, view.expires_at,
        "a second press gives no more"
    );
    stand.later(TimeDelta::minutes(15));
    assert!(
        stand.view(&browser, id).done().is_some(),
        "one second is left"
    );
    stand.later(TimeDelta::seconds(1));
    stand.refuses(RefusalCode::FlowExpired, prolong);
}

#[test]
fn g16_what_ran_out_is_not_prolonged() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &stand.teacher().identity);
    stand.later(TimeDelta::minutes(15));
    stand.refuses(RefusalCode::FlowExpired, || {
        wait(stand.server().prolong(&browser.visitor, None, id)).unwrap()
    });
}

#[test]
fn g16_asking_again_gives_no_more_time() {
    let stand = Stand::new();
    let browser = Browser::new(1);
    let (id, _) = stand.start(&browser, StartOrder::SignIn);
    let end = stand.view(&browser, id).done().unwrap().expires_at;
    stand.later(TimeDelta::minutes(14));
    let again = wait(stand.server().ask_again(&browser.visitor, None, id)).unwrap();
    assert_eq!(again.done().unwrap().view.expires_at, end);
}

#[test]
fn g16_a_new_flow_begins_after_the_end_and_ends_well() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    stand.proving(&mut browser, &teacher.identity);
    stand.later(TimeDelta::minutes(15));
    stand.link_from_provider(&mut browser, &teacher);
}

#[test]
fn h2_after_the_end_a_sweep_leaves_no_claim() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &stand.teacher().identity);
    stand.later(TimeDelta::minutes(15));
    let store: &dyn linking_core::ports::Store = stand.store.as_ref();
    assert_eq!(wait(store.sweep(stand.now(), 100)), Ok(1));
    let left = stand.store.flows();
    let text = serde_json::to_string(&left).unwrap();
    assert!(left.len() == 1 && !text.contains("Дмитриева"), "{text}");
    let told = FlowStep::Done(FlowEnd::Refused(Refusal::FlowExpired));
    assert_eq!(stand.step(&browser, id), told, "for a day it says so");
    stand.later(FLOW_REMAINS);
    assert_eq!(wait(store.sweep(stand.now(), 100)), Ok(1));
    assert!(stand.store.flows().is_empty());
}

#[test]
fn h2_the_claims_of_a_person_leave_the_flow_with_each_end() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let text = |id| serde_json::to_string(&stand.flow(id).unwrap()).unwrap();
    let claims = [
        "Дмитриева",
        "112-233",
        "11223344",
        "1990",
        "example.ru",
        "914000",
    ];
    let assert_clean = |id, state: &str| {
        for claim in claims {
            assert!(
                !text(id).contains(claim),
                "{state}: {claim} in {}",
                text(id)
            );
        }
    };
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    assert!(
        text(id).contains("Дмитриева"),
        "else this test proves nothing"
    );
    wait(stand.server().ask_again(&browser.visitor, None, id)).unwrap();
    assert_clean(id, "asked again");

    let id = stand.proving(&mut browser, &teacher.identity);
    wait(stand.server().cancel(&browser.visitor, None, id)).unwrap();
    assert_clean(id, "cancelled");

    let id = stand.proving(&mut browser, &teacher.identity);
    stand.prove(&mut browser, id, &stand.person("kim"));
    assert_clean(id, "refused");

    let id = stand.link_from_provider(&mut browser, &teacher);
    for claim in ["Дмитриева", "11223344", "1990"] {
        assert!(!text(id).contains(claim), "linked: {claim}");
    }
    stand.choose(&browser, id, &[]);
    assert_clean(id, "chosen");
}

#[test]
fn g15_a_second_press_gets_the_first_ones_result() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    let actor = stand.acting(&browser);
    let ((), trail) = stand.recorded(|| {
        for _ in 0..2 {
            let outcome = stand.confirm_as(&mut browser, &actor, id);
            assert!(is_linked(&outcome), "{outcome:?}");
        }
    });
    assert_eq!(trail.len(), 1);
    assert_eq!(stand.facts().links.len(), 1);
}

#[test]
fn g15_a_second_press_of_the_password_makes_no_second_session() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.link_from_provider(&mut browser, &teacher);
    let before = stand.facts();
    // The first answer, with its cookie, was lost.
    browser.secret = None;
    stand.refuses(RefusalCode::FlowFinished, || {
        stand.prove(&mut browser, id, &teacher)
    });
    assert_eq!(stand.facts(), before);
    // The way on: the provider signs in at once.
    stand.come_back(&mut browser, StartOrder::SignIn, &teacher.identity);
    assert!(stand.actor(&browser).is_some());
}

#[test]
fn g15_back_after_the_link_changes_nothing() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.linked(&mut browser, &teacher);
    let before = stand.facts();
    let actor = stand.acting(&browser);
    let server = stand.server();
    stand.agree(&browser, id);
    wait(server.cancel(&browser.visitor, Some(&actor), id)).unwrap();
    let back = "https://diary.example/".parse().unwrap();
    let switched = wait(server.switch_identity(&browser.visitor, Some(&actor), id, &back));
    assert!(switched.unwrap().refusal().is_some());
    let again = wait(server.ask_again(&browser.visitor, Some(&actor), id)).unwrap();
    assert!(again.done().unwrap().prompt.is_none());
    assert_eq!(stand.facts(), before);
    let step = stand.step(&browser, id);
    assert!(
        matches!(step, FlowStep::Done(FlowEnd::Linked { .. })),
        "{step:?}"
    );
}

#[test]
fn g18_a_browser_keeps_its_newest_five_flows() {
    let stand = Stand::new();
    let browser = Browser::new(1);
    let ids: Vec<_> = (0..8)
        .map(|_| {
            stand.later(TimeDelta::seconds(1));
            stand.start(&browser, StartOrder::SignIn).0
        })
        .collect();
    let other = stand.start(&Browser::new(2), StartOrder::SignIn).0;
    let live = |id: &FlowId| stand.flow(*id).unwrap().is_open();
    let lives: Vec<_> = ids.iter().map(live).collect();
    assert_eq!(lives, [false, false, false, true, true, true, true, true]);
    assert!(live(&other));
}

#[test]
fn f7_a_flows_id_opens_nothing_in_another_browser() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let mut strange = Browser::new(2);
    let unknown: FlowId = linking_core::ids::Id::from_uuid(uuid::Uuid::from_u128(1 << 90));
    let foreign = stand.refuses_silently(RefusalCode::FlowNotYours, || stand.view(&strange, id));
    let missing =
        stand.refuses_silently(RefusalCode::FlowNotYours, || stand.view(&strange, unknown));
    assert_eq!(foreign, missing, "one page");
    let looked = stand.hasher.hashes();
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.prove(&mut strange, id, &teacher)
    });
    stand.refuses_silently(RefusalCode::FlowNotYours, || {
        stand.prove(&mut strange, unknown, &teacher)
    });
    assert_eq!(stand.hasher.hashes(), looked, "no password was looked at");
    stand.refuses(RefusalCode::FlowNotYours, || stand.agree(&strange, id));
    stand.refuses(RefusalCode::FlowNotYours, || {
        wait(stand.server().cancel(&strange.visitor, None, id)).unwrap()
    });
    stand.refuses(RefusalCode::FlowNotYours, || {
        wait(stand.server().prolong(&strange.visitor, None, id)).unwrap()
    });
    stand.refuses(RefusalCode::FlowNotYours, || {
        wait(stand.server().ask_again(&strange.visitor, None, id)).unwrap()
    });
    assert!(
        is_linked(&stand.prove(&mut browser, id, &teacher)),
        "the flow lives"
    );
}

#[test]
fn f7_what_opens_something_is_drawn_and_kept_as_a_tag_alone() {
    let stand = Stand::new();
    let mut browser = Browser::new(1);
    let mut states = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let (id, prompt) = stand.start(&browser, StartOrder::SignIn);
        let returned = stand.approve(&prompt, &stand.teacher().identity);
        let flow = serde_json::to_string(&stand.flow(id).unwrap()).unwrap();
        // The adapter of the kit keeps the ticket in its own state, which the store seals: what
        // stands outside of it must not have it.
        let FlowState::Asked { state } = stand.flow(id).unwrap().state().clone() else {
            panic!("{flow}")
        };
        let own = serde_json::to_string(&state).unwrap();
        assert!(!flow.replace(&own, "").contains(&returned.state), "{flow}");
        assert!(states.insert(returned.state));
    }
    // No two begin alike: nothing of the time is in them.
    let beginnings: std::collections::BTreeSet<_> =
        states.iter().map(|s| s.get(..8).unwrap()).collect();
    assert_eq!(beginnings.len(), 200);
    stand.sign_in(&mut browser, &stand.teacher());
    let secret: &Secret256 = browser.secret.as_ref().unwrap();
    let stored = format!("{:?}", stand.facts().sessions[0].secret.to_octets());
    assert!(!stored.contains(format!("{:?}", secret.expose()).get(1..20).unwrap()));
}
