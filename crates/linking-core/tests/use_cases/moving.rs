//! The ways out of a link that stands in the way (`threats.md` E1, E2): «Это тоже мой профиль» and
//! «Заменить связь».

use chrono::TimeDelta;
use linking_core::{
    account::{AccountStatus, ContactKind},
    audit::{Act, By, Notice},
    consent::ConsentStatus,
    event::EventBody,
    ids::FlowId,
    link::{FlowEnd, LinkEnd, WayOut},
    refusal::{Refusal, RefusalCode},
    usecase::{FlowStep, LocalCredentials, StartOrder},
};
use linking_testkit::people;

use crate::{
    invariants,
    stand::{Browser, Person, Stand, Verdict as _, is_linked, password, renamed},
};

/// The teacher's identity is linked to her second account; she is signed in to her first one,
/// and reads that it is linked elsewhere.
struct Elsewhere {
    stand: Stand,
    first: Person,
    second: Person,
    browser: Browser,
    /// A browser that is signed in to the second account.
    other: Browser,
    id: FlowId,
}

fn elsewhere() -> Elsewhere {
    let stand = Stand::new();
    let first = stand.teacher();
    let second = stand.twin_of(&first);
    let mut other = Browser::new(1);
    let kept = stand.link_from_provider(&mut other, &second);
    let chosen = stand.choose(&other, kept, &[ContactKind::Email]);
    assert!(chosen.refusal().is_none(), "{chosen:?}");
    let mut browser = stand.signed_in(2, &first);
    let id = stand.confirming(&mut browser, &first.identity);
    stand.refuses(RefusalCode::IdentityLinkedElsewhere, || {
        stand.confirm(&mut browser, id)
    });
    Elsewhere {
        stand,
        first,
        second,
        browser,
        other,
        id,
    }
}

#[test]
fn e1_with_both_proofs_the_link_moves_with_two_records_and_two_notices() {
    let mut case = elsewhere();
    let stand = &case.stand;
    let events = stand.store.events().len();
    let epoch = |account| {
        let accounts = stand.facts().accounts;
        accounts.iter().find(|a| a.id == account).unwrap().epoch
    };
    let (before, own) = (epoch(case.second.account), epoch(case.first.account));
    // A tab of the second account, and one more device of the first.
    let (open, _) = stand.start(&case.other, StartOrder::Refresh);
    let device = stand.signed_in(3, &case.first);

    let credentials = stand.credentials(&case.second);
    let (outcome, trail) =
        stand.recorded(|| stand.move_from(&mut case.browser, case.id, credentials));
    assert!(is_linked(&outcome), "{outcome:?}");

    let acts: Vec<_> = trail
        .iter()
        .map(|record| (record.by, &record.act))
        .collect();
    let provider = people::provider();
    assert_eq!(
        acts,
        [
            (
                By::Account(case.second.account),
                &Act::MovedAway {
                    provider: provider.clone()
                }
            ),
            (
                By::Account(case.first.account),
                &Act::Linked {
                    provider: provider.clone()
                }
            ),
        ]
    );
    let told: Vec<_> = trail.iter().flat_map(|record| &record.concerns).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].account, case.second.account);
    assert!(matches!(told[0].notice, Notice::MovedAway { .. }));
    assert_eq!(told[1].account, case.first.account);
    assert!(matches!(told[1].notice, Notice::Linked { .. }));
    let events = stand.store.events().split_off(events);
    assert_eq!(events.len(), 2);
    assert!(matches!(events[0].body, EventBody::MovedAway { .. }));
    assert!(matches!(events[1].body, EventBody::Linked { .. }));

    let facts = stand.facts();
    assert_eq!(facts.links.len(), 1);
    assert_eq!(facts.links[0].account, case.first.account);
    assert_eq!(facts.links[0].identity, case.first.identity.key);
    assert_eq!(facts.ended[0].end, LinkEnd::Moved);
    // At the second account it is an unlink: epoch, sessions, flows, contacts, consent.
    assert_eq!(epoch(case.second.account), before.next());
    assert!(stand.actor(&case.other).is_none());
    assert!(!stand.flow(open).unwrap().is_open());
    let profile = |account| {
        let accounts = &facts.accounts;
        accounts
            .iter()
            .find(|a| a.id == account)
            .unwrap()
            .profile
            .clone()
    };
    assert!(
        profile(case.second.account)
            .contacts_from(&provider)
            .next()
            .is_none()
    );
    assert!(facts.consents.iter().any(|consent| {
        consent.account == case.second.account
            && matches!(consent.status, ConsentStatus::Withdrawn { .. })
    }));
    // At the first it is a link: other sessions end, this one goes on under a new secret.
    assert_eq!(epoch(case.first.account), own);
    assert!(stand.actor(&device).is_none());
    assert_eq!(stand.acting(&case.browser).account(), case.first.account);
    stand.choose(&case.browser, case.id, &[]).done().unwrap();
    assert!(matches!(
        stand.step(&case.browser, case.id),
        FlowStep::Done(FlowEnd::Linked { .. })
    ));
    // Госуслуги enter the first account now; the second keeps its password.
    let mut anywhere = Browser::new(4);
    stand.come_back(&mut anywhere, StartOrder::SignIn, &case.first.identity);
    assert_eq!(stand.acting(&anywhere).account(), case.first.account);
    stand.signed_in(5, &case.second);
    invariants::check(stand);
}

#[test]
fn e1_whatever_does_not_prove_the_holder_counts_and_answers_alike() {
    fn guess(stand: &Stand, holder: &Person, cause: &str) -> LocalCredentials {
        let right = stand.credentials(holder);
        match cause {
            "no such login" => LocalCredentials {
                login: people::login("nobody"),
                ..right
            },
            "wrong password" => LocalCredentials {
                password: password("guess"),
                ..right
            },
            "another organisation" => LocalCredentials {
                organization: linking_core::ids::Id::from_uuid(uuid_of_nothing()),
                ..right
            },
            "a third account" => stand.credentials(&stand.person("saharova")),
            "a blocked third account" => {
                let third = stand.person("saharova");
                stand.store.edit_account(third.account, |account| {
                    account.status = AccountStatus::Blocked;
                });
                stand.credentials(&third)
            }
            "the own account" => stand.credentials(&stand.teacher()),
            other => panic!("{other}"),
        }
    }
    let causes = [
        "no such login",
        "wrong password",
        "another organisation",
        "a third account",
        "a blocked third account",
        "the own account",
    ];
    for cause in causes {
        let mut case = elsewhere();
        let stand = &case.stand;
        let credentials = guess(stand, &case.second, cause);
        for number in 1..=4 {
            let (hashes, page) = (stand.hasher.hashes(), stand.step(&case.browser, case.id));
            let mut trail = Vec::new();
            stand.refuses(RefusalCode::WrongCredentials, || {
                let (outcome, records) = stand
                    .recorded(|| stand.move_from(&mut case.browser, case.id, credentials.clone()));
                trail = records;
                outcome
            });
            assert_eq!(stand.hasher.hashes(), hashes + 1, "{cause}: one hash");
            assert_eq!(trail[0].by, By::Visitor, "{cause}");
            assert!(trail[0].concerns.is_empty(), "{cause}");
            assert_eq!(stand.step(&case.browser, case.id), page, "{cause} {number}");
        }
        // F1: the fifth pauses, whatever the cause; the answer waits.
        stand.refuses(RefusalCode::TooManyAttempts, || {
            stand.move_from(&mut case.browser, case.id, credentials.clone())
        });
        stand.refuses_silently(RefusalCode::TooManyAttempts, || {
            let right = stand.credentials(&case.second);
            stand.move_from(&mut case.browser, case.id, right)
        });
        stand.later(TimeDelta::minutes(1));
        let right = stand.credentials(&case.second);
        assert!(
            is_linked(&stand.move_from(&mut case.browser, case.id, right)),
            "{cause}"
        );
        invariants::check(stand);
    }
}

fn uuid_of_nothing() -> uuid::Uuid {
    uuid::Uuid::from_u128(404)
}

#[test]
fn e1_a_blocked_holder_is_told_to_its_owner_alone_and_keeps_the_link() {
    let mut case = elsewhere();
    let stand = &case.stand;
    stand.store.edit_account(case.second.account, |account| {
        account.status = AccountStatus::Blocked;
    });
    let credentials = stand.credentials(&case.second);
    stand.refuses(RefusalCode::AccountBlocked, || {
        stand.move_from(&mut case.browser, case.id, credentials)
    });
}

#[test]
fn e3_a_move_needs_a_recent_session_and_the_answer_waits() {
    let mut case = elsewhere();
    let stand = &case.stand;
    stand.later(TimeDelta::minutes(6));
    let (hashes, credentials) = (stand.hasher.hashes(), stand.credentials(&case.second));
    let actor = stand.acting(&case.browser);
    let looked = crate::stand::wait(stand.server().may_move(
        &case.browser.visitor,
        &actor,
        case.id,
    ));
    assert_eq!(looked.unwrap().refusal(), Some(&Refusal::StepUpNeeded));
    stand.refuses(RefusalCode::StepUpNeeded, || {
        stand.move_from(&mut case.browser, case.id, credentials.clone())
    });
    assert_eq!(stand.hasher.hashes(), hashes, "no password was looked at");
    stand.step_up(&mut case.browser, "right").done().unwrap();
    assert!(is_linked(&stand.move_from(
        &mut case.browser,
        case.id,
        credentials
    )));
}

#[test]
fn e1_a_move_asks_all_that_linking_asks() {
    // The identity is somebody else's than the account's: told after the other password, and
    // counted as everywhere.
    let stand = Stand::new();
    let first = stand.person("saharova");
    let second = stand.teacher();
    stand.linked(&mut Browser::new(1), &second);
    let mut browser = stand.signed_in(2, &first);
    let id = stand.confirming(&mut browser, &second.identity);
    stand.refuses(RefusalCode::IdentityLinkedElsewhere, || {
        stand.confirm(&mut browser, id)
    });
    let credentials = stand.credentials(&second);
    let mut told = Vec::new();
    stand.refuses(RefusalCode::NameMismatch, || {
        let (outcome, trail) =
            stand.recorded(|| stand.move_from(&mut browser, id, credentials.clone()));
        told = trail
            .into_iter()
            .flat_map(|record| record.concerns)
            .collect();
        outcome
    });
    assert!(told.iter().any(|concern| concern.account == first.account
        && matches!(concern.notice, Notice::MismatchTried { .. })));
    assert!(!stand.flow(id).unwrap().is_open(), "the claims are gone");

    // A provider that was switched off meanwhile moves nothing.
    let mut case = elsewhere();
    case.stand.policy.providers.clear();
    let credentials = case.stand.credentials(&case.second);
    case.stand.refuses(RefusalCode::ProviderOff, || {
        case.stand
            .move_from(&mut case.browser, case.id, credentials)
    });
}

#[test]
fn e6_what_changed_since_the_answer_moves_nothing() {
    // The holder's password, changed since.
    let mut case = elsewhere();
    let stand = &case.stand;
    let old = stand.credentials(&case.second);
    stand
        .store
        .give_password(&case.second.login, people::password("newer"));
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.move_from(&mut case.browser, case.id, old)
    });
    // The link ended, and was made again: the answer is outrun.
    let mut case = elsewhere();
    let stand = &case.stand;
    stand.unlink(&mut case.other).done().unwrap();
    let right = stand.credentials(&case.second);
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.move_from(&mut case.browser, case.id, right.clone())
    });
    stand.linked(&mut Browser::new(7), &case.second);
    stand.refuses(RefusalCode::FlowExpired, || {
        stand.move_from(&mut case.browser, case.id, right)
    });
    // The session ended elsewhere.
    let mut case = elsewhere();
    let stand = &case.stand;
    let actor = stand.acting(&case.browser);
    let device = stand.signed_in(8, &case.first);
    crate::stand::wait(stand.server().end_sessions(&stand.acting(&device), None)).unwrap();
    let credentials = stand.credentials(&case.second);
    let before = stand.facts();
    let lost = crate::stand::wait(stand.server().move_link(
        &case.browser.visitor,
        &actor,
        case.id,
        credentials,
    ))
    .unwrap();
    assert!(!is_linked(&lost), "{lost:?}");
    assert_eq!(stand.facts(), before);
    case.browser.secret = None;
}

/// The teacher has a link to one identity, and comes with another one of hers.
fn second_identity(stand: &Stand) -> (Person, Person) {
    let first = stand.teacher();
    let mut other = first.clone();
    other.identity.key = people::identity_key("another-of-hers");
    (first, other)
}

#[test]
fn e2_a_link_is_replaced_from_the_providers_side_after_the_password() {
    let stand = Stand::new();
    let (first, other) = second_identity(&stand);
    let mut device = Browser::new(1);
    let kept = stand.link_from_provider(&mut device, &first);
    stand
        .choose(&device, kept, &[ContactKind::Email])
        .done()
        .unwrap();
    let since = stand.now();
    let mut browser = Browser::new(2);
    let id = stand.proving(&mut browser, &other.identity);
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.prove(&mut browser, id, &other)
    });
    match stand.step(&browser, id) {
        FlowStep::Taken {
            way: WayOut::Replace {
                account, since: at, ..
            },
            ..
        } => assert_eq!((account, at), (first.account, since)),
        step => panic!("{step:?}"),
    }
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.replace(&mut browser, id, "guess")
    });
    // Another flow with this identity, begun before.
    stand.proving(&mut Browser::new(3), &other.identity);

    let events = stand.store.events().len();
    let (outcome, trail) = stand.recorded(|| stand.replace(&mut browser, id, "right"));
    assert!(is_linked(&outcome), "{outcome:?}");
    assert_eq!(trail.len(), 1, "one act, one record: {trail:?}");
    assert!(matches!(trail[0].act, Act::Replaced { .. }));
    assert!(matches!(
        trail[0].concerns[0].notice,
        Notice::Replaced { .. }
    ));
    let events = stand.store.events().split_off(events);
    let facts = stand.facts();
    assert_eq!(facts.links.len(), 1);
    assert_eq!(facts.links[0].identity, other.identity.key);
    assert_eq!(facts.ended[0].end, LinkEnd::Replaced);
    match &events[..] {
        [event] => match &event.body {
            EventBody::Replaced { ended, link, .. } => {
                assert_eq!(*ended, facts.ended[0].link.id);
                assert_eq!(*link, facts.links[0].id);
            }
            body => panic!("{body:?}"),
        },
        events => panic!("{events:?}"),
    }
    // What hung on the old link is gone, the sessions too; this browser is signed in.
    assert!(stand.actor(&device).is_none());
    let actor = stand.acting(&browser);
    assert_eq!(actor.account(), first.account);
    let provider = people::provider();
    let profile = &actor.sheet.account().profile;
    assert!(profile.contacts_from(&provider).next().is_none());
    stand
        .choose(&browser, id, &[ContactKind::Mobile])
        .done()
        .unwrap();
    // The old identity finds nobody, the new one enters.
    let mut anywhere = Browser::new(4);
    let (_, said) = stand.come_back(&mut anywhere, StartOrder::SignIn, &first.identity);
    let step = said.done().unwrap().view.step;
    assert!(matches!(step, FlowStep::NotLinked { .. }), "{step:?}");
    stand.come_back(&mut anywhere, StartOrder::SignIn, &other.identity);
    assert_eq!(stand.acting(&anywhere).account(), first.account);
    invariants::check(&stand);
}

#[test]
fn e2_a_link_is_replaced_from_the_settings_and_the_flow_goes_on() {
    let stand = Stand::new();
    let (first, other) = second_identity(&stand);
    let mut browser = stand.signed_in(1, &first);
    // Begun before the first link was made, by another tab.
    let late = stand.confirming(&mut browser, &other.identity);
    let id = stand.confirming(&mut browser, &first.identity);
    assert!(is_linked(&stand.confirm(&mut browser, id)));
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.confirm(&mut browser, late)
    });
    // The password is asked whatever the session proved (DN: «спросим пароль»).
    let outcome = stand.replace(&mut browser, late, "right");
    assert!(is_linked(&outcome), "{outcome:?}");
    // The epoch has moved on by this very act: the contact choice is still this session's.
    stand
        .choose(&browser, late, &[ContactKind::Email])
        .done()
        .unwrap();
    assert!(matches!(
        stand.step(&browser, late),
        FlowStep::Done(FlowEnd::Linked { .. })
    ));
    assert!(stand.acting(&browser).session.value.is_recent(stand.now()));
    assert_eq!(stand.facts().links[0].identity, other.identity.key);
    invariants::check(&stand);
}

#[test]
fn e2_a_replacement_asks_all_that_linking_asks() {
    // The door is there whatever the identity; the password first, then the reason (F5).
    let stand = Stand::new();
    let (first, mut other) = second_identity(&stand);
    other.identity = renamed(&other.identity, ["Иванова", "Мария", "Петровна"]);
    stand.linked(&mut Browser::new(1), &first);
    let mut browser = Browser::new(2);
    let id = stand.proving(&mut browser, &other.identity);
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.prove(&mut browser, id, &other)
    });
    stand.refuses(RefusalCode::NameMismatch, || {
        stand.replace(&mut browser, id, "right")
    });
    assert_eq!(stand.facts().links[0].identity, first.identity.key);
    // An identity that another account has: the link stays where it is.
    let stand = Stand::new();
    let (first, other) = second_identity(&stand);
    let twin = stand.twin_of(&other);
    stand.linked(&mut Browser::new(1), &first);
    let mut browser = Browser::new(2);
    let id = stand.proving(&mut browser, &other.identity);
    stand.refuses(RefusalCode::AccountLinkedAlready, || {
        stand.prove(&mut browser, id, &other)
    });
    stand.linked(&mut Browser::new(3), &twin);
    stand.refuses(RefusalCode::IdentityLinkedElsewhere, || {
        stand.replace(&mut browser, id, "right")
    });
    assert_eq!(stand.facts().links.len(), 2);
}

#[test]
fn e6_what_ends_the_accounts_proofs_ends_the_replacement() {
    let case = || {
        let stand = Stand::new();
        let (first, other) = second_identity(&stand);
        let mut device = Browser::new(1);
        stand.linked(&mut device, &first);
        let mut browser = Browser::new(2);
        let id = stand.proving(&mut browser, &other.identity);
        stand.refuses(RefusalCode::AccountLinkedAlready, || {
            stand.prove(&mut browser, id, &other)
        });
        (stand, first, device, browser, id)
    };
    // Unlinked meanwhile.
    let (stand, _, mut device, mut browser, id) = case();
    stand.unlink(&mut device).done().unwrap();
    let before = stand.facts();
    let outcome = stand.replace(&mut browser, id, "right");
    assert_eq!(outcome.said(), Some(Refusal::FlowExpired));
    assert_eq!(stand.facts(), before);
    // Blocked, and another password.
    let (stand, first, _, mut browser, id) = case();
    stand.store.edit_account(first.account, |account| {
        account.status = AccountStatus::Blocked;
    });
    stand.refuses(RefusalCode::AccountBlocked, || {
        stand.replace(&mut browser, id, "right")
    });
    let (stand, first, _, mut browser, id) = case();
    stand
        .store
        .give_password(&first.login, people::password("newer"));
    stand.refuses(RefusalCode::WrongCredentials, || {
        stand.replace(&mut browser, id, "right")
    });
    // The epoch alone.
    let (stand, first, _, mut browser, id) = case();
    stand.store.edit_account(first.account, |account| {
        account.epoch = account.epoch.next();
    });
    stand.refuses(RefusalCode::FlowExpired, || {
        stand.replace(&mut browser, id, "right")
    });
}

#[test]
fn h2_the_claims_leave_a_flow_that_was_moved_replaced_or_left() {
    let mut case = elsewhere();
    let stand = &case.stand;
    let credentials = stand.credentials(&case.second);
    stand
        .move_from(&mut case.browser, case.id, credentials)
        .done()
        .unwrap();
    invariants::check(stand);
    let case = elsewhere();
    let actor = case.stand.acting(&case.browser);
    crate::stand::wait(
        case.stand
            .server()
            .cancel(&case.browser.visitor, Some(&actor), case.id),
    )
    .unwrap();
    assert!(!case.stand.flow(case.id).unwrap().is_open());
    invariants::check(&case.stand);
}
