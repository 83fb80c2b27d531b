//! A flow begun under other facts (`threats.md` E6): what holds is what is true at the write.

use linking_core::{
    account::AccountStatus,
    policy::LinkWays,
    ports::IdentityProvider as _,
    provider::ProviderId,
    refusal::RefusalCode,
    usecase::{FlowStep, StartOrder},
};
use linking_testkit::{ScriptedProvider, people};

use crate::stand::{Browser, Stand, TEXT, Verdict as _, is_linked, signed_at, wait};

#[test]
fn e6_a_password_changed_since_is_the_one_that_counts() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    stand
        .store
        .give_password(&teacher.login, people::password("new"));
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.prove(&mut browser, id, &teacher)
    });
}

#[test]
fn e6_a_password_changed_during_the_very_look_does_not_prove() {
    for inside_a_flow in [true, false] {
        let stand = Stand::new();
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let login = teacher.login.clone();
        let id = stand.proving(&mut browser, &teacher.identity);
        stand.store.before_next_commit(move |store| {
            let account = store.account_id(&login).unwrap();
            store.edit_account(account, |account| {
                account.password = Some(people::password("new"));
                account.epoch = account.epoch.next();
            });
        });
        if inside_a_flow {
            let outcome = stand.prove(&mut browser, id, &teacher);
            assert!(!is_linked(&outcome), "{outcome:?}");
        } else {
            let outcome = stand.try_sign_in(&mut browser, stand.credentials(&teacher));
            assert_eq!(
                outcome.said().map(|r| r.code()),
                Some(RefusalCode::WrongCredentials)
            );
        }
        assert!(stand.facts().sessions.is_empty());
        assert!(stand.facts().links.is_empty());
    }
}

#[test]
fn e6_what_changes_between_the_look_and_the_write_is_looked_at_again() {
    let cases: [(RefusalCode, fn(&mut linking_core::account::Account)); 3] = [
        (RefusalCode::AccountBlocked, |account| {
            account.status = AccountStatus::Blocked;
        }),
        (RefusalCode::NameMismatch, |account| {
            account.profile.name = people::of_school(people::adult().profile.name.value);
        }),
        (RefusalCode::SnilsMismatch, |account| {
            account.profile.snils = Some(people::of_school(people::snils(112_233_446)));
        }),
    ];
    for (code, change) in cases {
        let stand = Stand::new();
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &teacher.identity);
        let account = teacher.account;
        stand
            .store
            .before_next_commit(move |store| store.edit_account(account, change));
        let outcome = stand.prove(&mut browser, id, &teacher);
        assert_eq!(outcome.said().map(|r| r.code()), Some(code));
        assert!(stand.facts().links.is_empty() && stand.facts().sessions.is_empty());
    }
}

#[test]
fn e6_a_guardianship_that_was_registered_meanwhile_counts() {
    let stand = Stand::new();
    let mut pupil = stand.person("saharov");
    let guardian = stand.person("kim");
    // The school knows neither birth date nor SNILS of the pupil, who bears the adult's name.
    stand.store.edit_account(pupil.account, |account| {
        account.profile.name = people::of_school(people::adult().profile.name.value);
        account.profile.snils = None;
        account.profile.birth_date = Some(people::of_school(people::birth_date("01.01.1971")));
    });
    pupil.identity = guardian.identity.clone();
    pupil.identity.claims.birth_date = None;
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &pupil.identity);
    let (of, to) = (guardian.account, pupil.account);
    stand
        .store
        .before_next_commit(move |store| store.add_guardianship(of, to));
    let said = stand.prove(&mut browser, id, &pupil).said();
    assert_eq!(
        said.map(|r| r.code()),
        Some(RefusalCode::GuardianChildMixUp)
    );
}

#[test]
fn e6_a_blocked_account_is_not_entered_over_its_link() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    let account = teacher.account;
    // Before the answer, and between the answer and the write.
    for at_the_write in [false, true] {
        stand
            .store
            .edit_account(account, |account| account.status = AccountStatus::Active);
        let mut browser = Browser::new(1);
        let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
        let returned = stand.approve(&prompt, &teacher.identity);
        let block = move |store: &linking_testkit::MemoryStore| {
            store.edit_account(account, |account| account.status = AccountStatus::Blocked);
        };
        if at_the_write {
            stand.store.before_next_commit(block);
        } else {
            block(&stand.store);
        }
        let outcome = stand.answer(&mut browser, &returned);
        assert_eq!(
            outcome.said().map(|r| r.code()),
            Some(RefusalCode::AccountBlocked)
        );
        assert!(stand.actor(&browser).is_none());
    }
}

#[test]
fn i7_a_link_ended_a_moment_ago_signs_nobody_in() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut hers = Browser::new(1);
    stand.linked(&mut hers, &teacher);
    let mut browser = Browser::new(2);
    let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
    let returned = stand.approve(&prompt, &teacher.identity);
    let (actor, visitor) = (stand.acting(&hers), hers.visitor.clone());
    let other_server = stand.server();
    stand.store.before_next_commit(move |_| {
        let unlinked = wait(other_server.unlink(&visitor, &actor, &people::provider()));
        assert!(unlinked.unwrap().done().is_some());
    });
    let outcome = stand.answer(&mut browser, &returned).done().unwrap();
    let step = outcome.view.step;
    assert!(
        matches!(step, FlowStep::NotLinked { .. }),
        "the code is not lost: {step:?}"
    );
    assert!(stand.actor(&browser).is_none());
}

#[test]
fn e6_a_provider_switched_off_between_start_and_answer_is_not_asked() {
    for order in [
        StartOrder::SignIn,
        StartOrder::Link,
        StartOrder::Refresh,
        StartOrder::StepUp,
    ] {
        for disconnected in [false, true] {
            let mut stand = Stand::new();
            let teacher = stand.teacher();
            let mut browser = stand.signed_in(1, &teacher);
            if matches!(order, StartOrder::Refresh | StartOrder::StepUp) {
                stand.linked(&mut browser, &teacher);
            }
            let (id, prompt) = stand.start(&browser, order);
            let asked = stand.peer.advanced();
            let returned = stand.approve(&prompt, &signed_at(&teacher.identity, stand.now()));
            if disconnected {
                stand.connected = false;
            } else {
                stand.policy.providers.clear();
            }
            stand.refuses(RefusalCode::ProviderOff, || {
                stand.answer(&mut browser, &returned)
            });
            assert_eq!(stand.peer.advanced(), asked, "{order:?}");
            assert!(
                matches!(stand.step(&browser, id), FlowStep::Done(_)),
                "{order:?}"
            );
        }
    }
}

#[test]
fn e6_a_provider_switched_off_before_the_last_press_links_nobody() {
    let mut stand = Stand::new();
    let teacher = stand.teacher();
    let mut entry = Browser::new(1);
    let by_password = stand.proving(&mut entry, &teacher.identity);
    let mut settings = stand.signed_in(2, &teacher);
    let by_session = stand.confirming(&mut settings, &teacher.identity);
    stand.policy.providers.clear();
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.prove(&mut entry, by_password, &teacher)
    });
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.confirm(&mut settings, by_session)
    });
}

#[test]
fn e6_a_provider_that_is_not_connected_any_more_is_off_for_every_press() {
    let mut stand = Stand::new();
    let teacher = stand.teacher();
    let mut entry = Browser::new(1);
    let proving = stand.proving(&mut entry, &teacher.identity);
    let (asked, _) = stand.come_back(&mut entry, StartOrder::SignIn, &teacher.identity);
    let mut settings = stand.signed_in(2, &teacher);
    let confirming = stand.confirming(&mut settings, &teacher.identity);
    stand.connected = false;
    stand.refuses(RefusalCode::ProviderOff, || stand.agree(&entry, asked));
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.prove(&mut entry, proving, &teacher)
    });
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.confirm(&mut settings, confirming)
    });
    stand.refuses(RefusalCode::ProviderOff, || {
        wait(stand.server().ask_again(&entry.visitor, None, asked)).unwrap()
    });
}

#[test]
fn e6_a_way_to_link_that_was_closed_meanwhile_links_nobody() {
    let mut stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    stand.policy.link_ways = LinkWays::Settings;
    stand.refuses(RefusalCode::ProviderOff, || {
        stand.prove(&mut browser, id, &teacher)
    });
}

#[test]
fn e6_sessions_ended_elsewhere_end_their_flows() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    let dead = stand.acting(&browser);
    let elsewhere = stand.signed_in(2, &teacher);
    wait(stand.server().end_sessions(&stand.acting(&elsewhere), None)).unwrap();
    assert!(stand.actor(&browser).is_none());
    // A request that had read the session a moment before.
    let before = stand.facts();
    let outcome = stand.confirm_as(&mut browser, &dead, id);
    assert_eq!(
        outcome.said().map(|r| r.code()),
        Some(RefusalCode::FlowExpired)
    );
    assert_eq!(stand.facts(), before);
    stand.sign_in(&mut browser, &teacher);
    stand.refuses(RefusalCode::FlowExpired, || stand.confirm(&mut browser, id));
}

#[test]
fn g17_a_tab_of_another_account_finishes_nothing() {
    let stand = Stand::new();
    let (teacher, other) = (stand.teacher(), stand.person("kim"));
    let mut browser = stand.signed_in(1, &teacher);
    let id = stand.confirming(&mut browser, &teacher.identity);
    stand.sign_out(&mut browser);
    stand.sign_in(&mut browser, &other);
    stand.refuses(RefusalCode::FlowNotYours, || {
        stand.confirm(&mut browser, id)
    });
    stand.sign_out(&mut browser);
    stand.sign_in(&mut browser, &teacher);
    stand.refuses(RefusalCode::FlowExpired, || stand.confirm(&mut browser, id));
    assert!(stand.facts().links.is_empty());
}

#[test]
fn g17_two_flows_finished_crosswise_are_both_right() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    let mut browser = Browser::new(1);
    let (_, first) = stand.start(&browser, StartOrder::SignIn);
    let (_, second) = stand.start(&browser, StartOrder::SignIn);
    let [first, second] = [first, second].map(|p| stand.approve(&p, &teacher.identity));
    stand.answer(&mut browser, &second).done().unwrap();
    let earlier = browser.clone();
    stand.answer(&mut browser, &first).done().unwrap();
    assert!(stand.actor(&browser).is_some());
    assert!(stand.actor(&earlier).is_none(), "the second sign-in wins");
}

#[test]
fn g17_two_providers_begun_in_two_tabs_and_finished_crosswise_are_both_right() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut manifest = ScriptedProvider::new(stand.peer.clone()).manifest().clone();
    manifest.id = "second".parse().unwrap();
    manifest.issuer = "https://second.example/".parse().unwrap();
    let server = stand.server_of_two(&manifest);
    let mut theirs = teacher.identity.clone();
    theirs.key.issuer = manifest.issuer.clone();
    theirs.key.subject = "at-the-second".parse().unwrap();
    let mut browser = stand.signed_in(1, &teacher);
    let start = |browser: &Browser, provider: &ProviderId| {
        let actor = stand.acting(browser);
        let place = crate::stand::place();
        let order = StartOrder::Link;
        let started = server.start(&browser.visitor, Some(&actor), order, provider, place);
        let advance = wait(started).unwrap().done().expect("begun");
        (advance.view.id, advance.prompt.expect("a prompt"))
    };
    let (first, second) = (people::provider(), manifest.id.clone());
    let (one, one_prompt) = start(&browser, &first);
    let (two, two_prompt) = start(&browser, &second);
    let finish = |browser: &mut Browser, provider: &ProviderId, prompt, identity, id| {
        let returned = stand.approve(prompt, identity);
        let actor = stand.acting(browser);
        let (state, answer) = (returned.state.clone(), returned.answer.clone());
        let answered = server.answer(&browser.visitor, Some(&actor), provider, &state, answer);
        wait(answered).unwrap().done().expect("answered");
        let confirmed = wait(server.confirm(&browser.visitor, &actor, id, TEXT)).unwrap();
        let session = confirmed
            .done()
            .expect("linked")
            .session
            .expect("a session");
        browser.secret = Some(session.secret);
    };
    finish(&mut browser, &second, &two_prompt, &theirs, two);
    finish(&mut browser, &first, &one_prompt, &teacher.identity, one);
    let links = stand.facts().links;
    let of = |provider: &ProviderId| {
        let link = links.iter().find(|link| link.provider == *provider);
        link.map(|link| (link.account, link.identity.clone()))
    };
    assert_eq!(of(&first), Some((teacher.account, teacher.identity.key)));
    assert_eq!(of(&second), Some((teacher.account, theirs.key)));
}
