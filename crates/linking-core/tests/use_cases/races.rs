//! Two requests at once on two servers, in every order of their calls of the store (`threats.md`
//! A8, E7, E8, G15; `architecture.md`, decision 2): one wins, the other answers by the new facts,
//! and nobody meets an error.

use linking_core::{
    account::{AccountStatus, ContactKind},
    audit::Act,
    ids::FlowId,
    refusal::RefusalCode,
    session::Actor,
    usecase::{Advance, Fault, Outcome, StartOrder},
};
use linking_testkit::{Returned, people};

use crate::{
    interleaving::{Request, Turns, in_every_order, turn},
    invariants,
    stand::{Browser, Person, Stand, TEXT, Verdict as _, is_linked, password},
};

type Answered = Result<Outcome<Advance>, Fault>;

fn confirm<'a>(
    stand: &'a Stand,
    browser: &'a Browser,
    actor: &'a Actor,
    id: FlowId,
) -> Request<'a, Answered> {
    let server = stand.server();
    Box::pin(async move { server.confirm(&browser.visitor, actor, id, TEXT).await })
}

fn prove<'a>(
    stand: &'a Stand,
    browser: &'a Browser,
    id: FlowId,
    person: &'a Person,
) -> Request<'a, Answered> {
    let server = stand.server();
    let credentials = stand.credentials(person);
    Box::pin(async move { server.prove(&browser.visitor, None, id, credentials).await })
}

fn answer<'a>(
    stand: &'a Stand,
    browser: &'a Browser,
    actor: Option<&'a Actor>,
    returned: &'a Returned,
) -> Request<'a, Answered> {
    let server = stand.server();
    let provider = people::provider();
    Box::pin(async move {
        server
            .answer(
                &browser.visitor,
                actor,
                &provider,
                &returned.state,
                returned.answer.clone(),
            )
            .await
    })
}

fn unlink<'a>(
    stand: &'a Stand,
    browser: &'a Browser,
    actor: &'a Actor,
) -> Request<'a, Result<Outcome<linking_core::usecase::NewSession>, Fault>> {
    let server = stand.server();
    let provider = people::provider();
    Box::pin(async move { server.unlink(&browser.visitor, actor, &provider).await })
}

fn edit<'a>(
    stand: &'a Stand,
    person: &'a Person,
    change: fn(&mut linking_core::account::Account),
) -> Request<'a, ()> {
    Box::pin(async move {
        turn().await;
        stand.store.edit_account(person.account, change);
    })
}

fn code(outcome: &Outcome<Advance>) -> Option<RefusalCode> {
    outcome.said().map(|refusal| refusal.code())
}

fn count(stand: &Stand, wanted: impl Fn(&Act) -> bool) -> usize {
    stand
        .store
        .audits()
        .iter()
        .filter(|r| wanted(&r.act))
        .count()
}

fn links_made(stand: &Stand) -> usize {
    count(stand, |act| matches!(act, Act::Linked { .. }))
}

/// Runs a case in every order of two changes of turn, with the invariants after each.
fn race(case: impl FnMut(&Stand, &mut Turns)) {
    race_of(2, case);
}

/// As [`race`], with three changes: for the writes that everything rests on.
fn close_race(case: impl FnMut(&Stand, &mut Turns)) {
    race_of(3, case);
}

fn race_of(changes: usize, mut case: impl FnMut(&Stand, &mut Turns)) {
    let orders = in_every_order(changes, |turns| {
        let stand = Stand::new();
        case(&stand, turns);
        invariants::check(&stand);
    });
    assert!(orders > 3, "the requests did not meet: {orders}");
}

#[test]
fn g15_two_presses_of_link_make_one_link() {
    close_race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = stand.signed_in(1, &teacher);
        let id = stand.confirming(&mut browser, &teacher.identity);
        let actor = stand.acting(&browser);
        let (one, other) = turns.run(
            confirm(stand, &browser, &actor, id),
            confirm(stand, &browser, &actor, id),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(is_linked(&one) && is_linked(&other), "{one:?} {other:?}");
        assert_eq!(
            usize::from(one.gives_session()) + usize::from(other.gives_session()),
            1
        );
        assert_eq!((links_made(stand), stand.facts().links.len()), (1, 1));
        assert_eq!(stand.store.events().len(), 1);
    });
}

#[test]
fn e7_two_tabs_with_one_identity_make_one_link() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = stand.signed_in(1, &teacher);
        let first = stand.confirming(&mut browser, &teacher.identity);
        let second = stand.confirming(&mut browser, &teacher.identity);
        let actor = stand.acting(&browser);
        let (one, other) = turns.run(
            confirm(stand, &browser, &actor, first),
            confirm(stand, &browser, &actor, second),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(is_linked(&one) || is_linked(&other));
        assert_eq!(links_made(stand), 1);
    });
}

#[test]
fn e7_two_identities_for_one_account_make_one_link() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut second_identity = teacher.identity.clone();
        second_identity.key = people::identity_key("second");
        let mut browser = stand.signed_in(1, &teacher);
        let first = stand.confirming(&mut browser, &teacher.identity);
        let mut elsewhere = Browser::new(2);
        let second = stand.proving(&mut elsewhere, &second_identity);
        let actor = stand.acting(&browser);
        let (one, other) = turns.run(
            confirm(stand, &browser, &actor, first),
            prove(stand, &elsewhere, second, &teacher),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(is_linked(&one) != is_linked(&other), "{one:?} {other:?}");
        let lost = code(&one).or(code(&other));
        assert!(
            matches!(
                lost,
                Some(RefusalCode::AccountLinkedAlready | RefusalCode::FlowExpired)
            ),
            "{lost:?}"
        );
        assert_eq!(links_made(stand), 1);
    });
}

#[test]
fn e7_two_accounts_for_one_identity_make_one_link() {
    close_race(|stand, turns| {
        let (teacher, other) = (stand.teacher(), stand.person("kim"));
        stand.store.edit_account(other.account, |account| {
            account.profile = people::teacher().profile;
        });
        let mut hers = stand.signed_in(1, &teacher);
        let mut his = stand.signed_in(2, &other);
        let first = stand.confirming(&mut hers, &teacher.identity);
        let second = stand.confirming(&mut his, &teacher.identity);
        let (her, him) = (stand.acting(&hers), stand.acting(&his));
        let (one, two) = turns.run(
            confirm(stand, &hers, &her, first),
            confirm(stand, &his, &him, second),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(is_linked(&one) != is_linked(&two), "{one:?} {two:?}");
        let lost = code(&one).or(code(&two));
        assert_eq!(lost, Some(RefusalCode::IdentityLinkedElsewhere));
        assert_eq!(links_made(stand), 1);
    });
}

#[test]
fn g15_two_presses_of_the_password_make_one_link_and_one_session() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let id = stand.proving(&mut browser, &teacher.identity);
        let (one, other) = turns.run(
            prove(stand, &browser, id, &teacher),
            prove(stand, &browser, id, &teacher),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(is_linked(&one) != is_linked(&other), "{one:?} {other:?}");
        assert_eq!(
            code(&one).or(code(&other)),
            Some(RefusalCode::FlowFinished),
            "the other press is told that the step is done"
        );
        assert_eq!(stand.facts().sessions.len(), 1);
    });
}

#[test]
fn a8_two_answers_at_once_ask_the_provider_once() {
    close_race(|stand, turns| {
        let teacher = stand.teacher();
        stand.linked(&mut Browser::new(9), &teacher);
        let (asked, sessions) = (stand.peer.advanced(), stand.facts().sessions.len());
        let browser = Browser::new(1);
        let (_, prompt) = stand.start(&browser, StartOrder::SignIn);
        let returned = stand.approve(&prompt, &teacher.identity);
        let (one, other) = turns.run(
            answer(stand, &browser, None, &returned),
            answer(stand, &browser, None, &returned),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(stand.peer.advanced(), asked + 1);
        assert_eq!(
            usize::from(one.gives_session()) + usize::from(other.gives_session()),
            1
        );
        assert_eq!(stand.facts().sessions.len(), sessions + 1);
        assert!(one.refusal().is_none() && other.refusal().is_none());
    });
}

#[test]
fn an_answer_meets_the_other_buttons_of_its_flow() {
    type Button = for<'a> fn(&'a Stand, &'a Browser, FlowId) -> Request<'a, Result<(), Fault>>;
    let buttons: [Button; 4] = [
        |stand, browser, id| {
            let server = stand.server();
            Box::pin(async move { server.ask_again(&browser.visitor, None, id).await.map(drop) })
        },
        |stand, browser, id| {
            let server = stand.server();
            Box::pin(async move { server.cancel(&browser.visitor, None, id).await.map(drop) })
        },
        |stand, browser, id| {
            let server = stand.server();
            Box::pin(async move { server.prolong(&browser.visitor, None, id).await.map(drop) })
        },
        |stand, browser, id| {
            let server = stand.server();
            let back = "https://diary.example/".parse().unwrap();
            Box::pin(async move {
                server
                    .switch_identity(&browser.visitor, None, id, &back)
                    .await
                    .map(drop)
            })
        },
    ];
    for (number, button) in buttons.into_iter().enumerate() {
        for linked in [false, true] {
            race(|stand, turns| {
                let teacher = stand.teacher();
                if linked {
                    stand.linked(&mut Browser::new(9), &teacher);
                }
                let browser = Browser::new(1);
                let (id, prompt) = stand.start(&browser, StartOrder::SignIn);
                let returned = stand.approve(&prompt, &teacher.identity);
                let (answered, pressed) = turns.run(
                    answer(stand, &browser, None, &returned),
                    button(stand, &browser, id),
                );
                let answered = answered.unwrap();
                pressed.unwrap();
                // Prolonging takes nothing away from the answer.
                if number == 2 {
                    assert!(answered.refusal().is_none(), "{answered:?}");
                    assert_eq!(answered.gives_session(), linked);
                }
                // No flow is stuck in being judged.
                let state = stand.flow(id).unwrap().state().name();
                assert_ne!(state, linking_core::link::FlowStepName::Claimed);
            });
        }
    }
}

#[test]
fn e8_two_unlinks_end_one_link_once() {
    close_race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        stand.linked(&mut browser, &teacher);
        let elsewhere = stand.signed_in(2, &teacher);
        let (one, two) = (stand.acting(&browser), stand.acting(&elsewhere));
        let (one, two) = turns.run(
            unlink(stand, &browser, &one),
            unlink(stand, &elsewhere, &two),
        );
        let done = [one.unwrap(), two.unwrap()].map(|outcome| outcome.gives_session());
        assert_eq!(done.iter().filter(|done| **done).count(), 1);
        assert_eq!(stand.facts().ended.len(), 1);
    });
}

#[test]
fn e8_unlinking_meets_the_password_being_taken_away() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        stand.linked(&mut browser, &teacher);
        let actor = stand.acting(&browser);
        // The school takes the password only from whoever has another way in.
        let taking = Box::pin(async {
            turn().await;
            if !stand.store.facts().links.is_empty() {
                stand
                    .store
                    .edit_account(teacher.account, |account| account.password = None);
            }
        });
        let (unlinked, ()) = turns.run(unlink(stand, &browser, &actor), taking);
        unlinked.unwrap();
    });
}

#[test]
fn e10_unlinking_meets_a_sign_in_over_the_link() {
    close_race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        stand.linked(&mut browser, &teacher);
        let actor = stand.acting(&browser);
        let entering = Browser::new(2);
        let (_, prompt) = stand.start(&entering, StartOrder::SignIn);
        let returned = stand.approve(&prompt, &teacher.identity);
        let (unlinked, entered) = turns.run(
            unlink(stand, &browser, &actor),
            answer(stand, &entering, None, &returned),
        );
        assert!(unlinked.unwrap().gives_session());
        let entered = entered.unwrap();
        assert!(entered.refusal().is_none(), "{entered:?}");
        // Whether it came in before or not: now nobody is in but who unlinked.
        let epoch = stand
            .facts()
            .accounts
            .iter()
            .find(|a| a.id == teacher.account)
            .unwrap()
            .epoch;
        let standing = stand
            .facts()
            .sessions
            .iter()
            .filter(|s| s.epoch == epoch)
            .count();
        assert_eq!(standing, 1);
    });
}

#[test]
fn e18_choosing_contacts_meets_unlinking() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let id = stand.link_from_provider(&mut browser, &teacher);
        let actor = stand.acting(&browser);
        let ticked = [ContactKind::Email].into();
        let server = stand.server();
        let visitor = browser.visitor.clone();
        let (unlinked, chosen) = turns.run(
            unlink(stand, &browser, &actor),
            Box::pin(async { server.choose_contacts(&visitor, &actor, id, &ticked).await }),
        );
        assert!(unlinked.unwrap().gives_session());
        chosen.unwrap();
        let accounts = stand.facts().accounts;
        let account = accounts.iter().find(|a| a.id == teacher.account).unwrap();
        assert!(account.profile.contacts.is_empty());
    });
}

#[test]
fn e18_two_presses_of_the_contact_choice_are_one() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = Browser::new(1);
        let id = stand.link_from_provider(&mut browser, &teacher);
        let actor = stand.acting(&browser);
        let ticked = [ContactKind::Email].into();
        let press = || {
            let (server, visitor) = (stand.server(), browser.visitor.clone());
            let (actor, ticked) = (&actor, &ticked);
            Box::pin(async move { server.choose_contacts(&visitor, actor, id, ticked).await })
        };
        let (one, other) = turns.run(press(), press());
        assert!(is_linked(&one.unwrap()) && is_linked(&other.unwrap()));
        assert_eq!(
            count(stand, |act| matches!(act, Act::ContactsChosen { .. })),
            1
        );
    });
}

#[test]
fn e6_linking_meets_every_change_of_its_facts() {
    let changes: [fn(&mut linking_core::account::Account); 4] = [
        |account| account.status = AccountStatus::Blocked,
        |account| account.profile.gender = None,
        |account| {
            account.profile.name = people::of_school(people::adult().profile.name.value);
        },
        |account| {
            account.password = Some(people::password("new"));
            account.epoch = account.epoch.next();
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        race(|stand, turns| {
            let teacher = stand.teacher();
            let mut browser = Browser::new(1);
            let id = stand.proving(&mut browser, &teacher.identity);
            let (outcome, ()) = turns.run(
                prove(stand, &browser, id, &teacher),
                edit(stand, &teacher, change),
            );
            let outcome = outcome.unwrap();
            if number == 1 {
                assert!(is_linked(&outcome), "an import costs no press: {outcome:?}");
            }
            assert_eq!(is_linked(&outcome), !stand.facts().links.is_empty());
        });
        race(|stand, turns| {
            let teacher = stand.teacher();
            let mut browser = stand.signed_in(1, &teacher);
            let id = stand.confirming(&mut browser, &teacher.identity);
            let actor = stand.acting(&browser);
            let (outcome, ()) = turns.run(
                confirm(stand, &browser, &actor, id),
                edit(stand, &teacher, change),
            );
            let outcome = outcome.unwrap();
            if number == 1 {
                assert!(is_linked(&outcome), "an import costs no press: {outcome:?}");
            }
            assert_eq!(is_linked(&outcome), !stand.facts().links.is_empty());
        });
    }
}

#[test]
fn g17_of_two_sign_ins_in_one_browser_each_is_whole() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let press = || {
            let (server, visitor) = (stand.server(), Browser::new(1).visitor);
            let credentials = stand.credentials(&teacher);
            Box::pin(async move { server.sign_in_locally(&visitor, None, credentials).await })
        };
        let (one, other) = turns.run(press(), press());
        assert!(one.unwrap().gives_session() && other.unwrap().gives_session());
        assert_eq!(count(stand, |act| matches!(act, Act::SignedIn { .. })), 2);
    });
}

#[test]
fn e3_two_presses_of_the_step_up_are_one() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let browser = stand.signed_in(1, &teacher);
        let actor = stand.acting(&browser);
        let press = || {
            let (server, visitor) = (stand.server(), browser.visitor.clone());
            let actor = &actor;
            Box::pin(async move { server.step_up(&visitor, actor, password("right")).await })
        };
        let (one, other) = turns.run(press(), press());
        let outcomes = [one.unwrap(), other.unwrap()];
        assert_eq!(outcomes.iter().filter(|o| o.gives_session()).count(), 1);
        let lost = outcomes.iter().find_map(super::stand::Verdict::said);
        assert_eq!(lost.map(|r| r.code()), Some(RefusalCode::FlowFinished));
    });
}

#[test]
fn e6_ending_sessions_meets_linking() {
    race(|stand, turns| {
        let teacher = stand.teacher();
        let mut browser = stand.signed_in(1, &teacher);
        let elsewhere = stand.signed_in(2, &teacher);
        let id = stand.confirming(&mut browser, &teacher.identity);
        let (actor, other) = (stand.acting(&browser), stand.acting(&elsewhere));
        let server = stand.server();
        let (outcome, ended) = turns.run(
            confirm(stand, &browser, &actor, id),
            Box::pin(async { server.end_sessions(&other, None).await }),
        );
        ended.unwrap();
        let outcome = outcome.unwrap();
        assert_eq!(is_linked(&outcome), !stand.facts().links.is_empty());
        if !is_linked(&outcome) {
            assert_eq!(code(&outcome), Some(RefusalCode::FlowExpired));
        }
    });
}
