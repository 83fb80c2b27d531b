//! The ways out of a link that stands in the way, at once with other requests on another server, in
//! every order of their calls of the store (`threats.md` E7).

use linking_core::{
    ids::FlowId,
    session::Actor,
    usecase::{Advance, Fault, Outcome, StartOrder},
};
use linking_testkit::people;

use crate::{
    interleaving::{Request, in_every_order},
    invariants,
    stand::{Browser, Person, Stand, TEXT, is_linked, password},
};

type Answered = Result<Outcome<Advance>, Fault>;

fn move_link<'a>(
    stand: &'a Stand,
    browser: &'a Browser,
    actor: &'a Actor,
    id: FlowId,
    holder: &'a Person,
) -> Request<'a, Answered> {
    let server = stand.server();
    let credentials = stand.credentials(holder);
    Box::pin(async move {
        server
            .move_link(&browser.visitor, actor, id, credentials)
            .await
    })
}

fn replace<'a>(stand: &'a Stand, browser: &'a Browser, id: FlowId) -> Request<'a, Answered> {
    let server = stand.server();
    Box::pin(async move {
        let password = password("right");
        server
            .replace_link(&browser.visitor, None, id, password)
            .await
    })
}

fn confirm<'a>(
    stand: &'a Stand,
    browser: &'a Browser,
    actor: &'a Actor,
    id: FlowId,
) -> Request<'a, Answered> {
    let server = stand.server();
    Box::pin(async move { server.confirm(&browser.visitor, actor, id, TEXT).await })
}

fn race(mut case: impl FnMut(&Stand, &mut crate::interleaving::Turns)) {
    let orders = in_every_order(2, |turns| {
        let stand = Stand::new();
        case(&stand, turns);
        invariants::check(&stand);
    });
    assert!(orders > 3, "the requests did not meet: {orders}");
}

/// The teacher's identity is her second account's, and she stands before the move to her first.
fn before_the_move(stand: &Stand) -> (Person, Person, Browser, Browser, FlowId) {
    let first = stand.teacher();
    let second = stand.twin_of(&first);
    let mut other = Browser::new(1);
    stand.linked(&mut other, &second);
    let mut browser = stand.signed_in(2, &first);
    let id = stand.confirming(&mut browser, &first.identity);
    assert!(stand.confirm(&mut browser, id).refusal().is_none());
    (first, second, browser, other, id)
}

fn holders(stand: &Stand) -> Vec<linking_core::ids::AccountId> {
    stand
        .facts()
        .links
        .iter()
        .map(|link| link.account)
        .collect()
}

#[test]
fn e7_moving_meets_unlinking() {
    race(|stand, turns| {
        let (first, second, browser, other, id) = before_the_move(stand);
        let (actor, unlinks) = (stand.acting(&browser), stand.acting(&other));
        let (server, provider) = (stand.server(), people::provider());
        let unlink: Request<'_, _> =
            Box::pin(async { server.unlink(&other.visitor, &unlinks, &provider).await });
        let (moved, unlinked) = turns.run(move_link(stand, &browser, &actor, id, &second), unlink);
        let (moved, unlinked) = (moved.unwrap(), unlinked.unwrap());
        // The link is moved or ended, never both, and nobody is left with half of it.
        let standing = holders(stand);
        if is_linked(&moved) {
            assert_eq!(standing, [first.account]);
            assert!(unlinked.refusal().is_some());
        } else {
            assert_eq!(standing, []);
            assert!(unlinked.refusal().is_none());
        }
        assert_eq!(stand.facts().ended.len(), 1);
    });
}

#[test]
fn e6_moving_meets_a_new_password_of_the_holder() {
    race(|stand, turns| {
        let (first, second, browser, other, id) = before_the_move(stand);
        let (actor, owner) = (stand.acting(&browser), stand.acting(&other));
        let server = stand.server();
        let change: Request<'_, _> = Box::pin(async {
            let new = password("синий кит поёт");
            server.change_password(&other.visitor, &owner, new).await
        });
        let (moved, changed) = turns.run(move_link(stand, &browser, &actor, id, &second), change);
        // A password that is none any more proves nothing: the one or the other.
        let moved = is_linked(&moved.unwrap());
        let changed = changed.unwrap().refusal().is_none();
        assert!(moved != changed, "moved: {moved}, changed: {changed}");
        assert_eq!(holders(stand) == [first.account], moved);
    });
}

#[test]
fn e7_moving_meets_the_link_of_a_third_account() {
    race(|stand, turns| {
        let (first, second, browser, _, id) = before_the_move(stand);
        let third = stand.person("saharova");
        let mut elsewhere = stand.signed_in(3, &third);
        let (late, outcome) = stand.come_back(&mut elsewhere, StartOrder::Link, &first.identity);
        outcome.done().unwrap();
        let (actor, rival) = (stand.acting(&browser), stand.acting(&elsewhere));
        let (moved, linked) = turns.run(
            move_link(stand, &browser, &actor, id, &second),
            confirm(stand, &elsewhere, &rival, late),
        );
        assert!(is_linked(&moved.unwrap()));
        assert!(!is_linked(&linked.unwrap()));
        assert_eq!(holders(stand), [first.account]);
    });
}

#[test]
fn e7_two_presses_of_the_move_are_one() {
    race(|stand, turns| {
        let (first, second, browser, _, id) = before_the_move(stand);
        let actor = stand.acting(&browser);
        let (one, other) = turns.run(
            move_link(stand, &browser, &actor, id, &second),
            move_link(stand, &browser, &actor, id, &second),
        );
        assert!(is_linked(&one.unwrap()) || is_linked(&other.unwrap()));
        assert_eq!(holders(stand), [first.account]);
        assert_eq!(stand.facts().ended.len(), 1);
    });
}

#[test]
fn e7_two_replacements_from_two_browsers_have_one_winner() {
    race(|stand, turns| {
        let first = stand.teacher();
        stand.linked(&mut Browser::new(1), &first);
        let flow = |number: u8| {
            let mut with = first.clone();
            with.identity.key = people::identity_key(&format!("another-{number}"));
            let mut browser = Browser::new(number);
            let id = stand.proving(&mut browser, &with.identity);
            stand.prove(&mut browser, id, &with).done().unwrap();
            (browser, id)
        };
        let ((one, one_id), (two, two_id)) = (flow(2), flow(3));
        let (a, b) = turns.run(replace(stand, &one, one_id), replace(stand, &two, two_id));
        let won = [a.unwrap(), b.unwrap()]
            .iter()
            .filter(|o| is_linked(o))
            .count();
        assert_eq!(won, 1, "one winner");
        assert_eq!(holders(stand), [first.account]);
        assert_eq!(stand.facts().ended.len(), 1);
    });
}

#[test]
fn e7_replacing_meets_unlinking() {
    race(|stand, turns| {
        let first = stand.teacher();
        let mut device = Browser::new(1);
        stand.linked(&mut device, &first);
        let mut with = first.clone();
        with.identity.key = people::identity_key("another-of-hers");
        let mut browser = Browser::new(2);
        let id = stand.proving(&mut browser, &with.identity);
        stand.prove(&mut browser, id, &with).done().unwrap();
        let unlinks = stand.acting(&device);
        let (server, provider) = (stand.server(), people::provider());
        let unlink: Request<'_, _> =
            Box::pin(async { server.unlink(&device.visitor, &unlinks, &provider).await });
        let (replaced, unlinked) = turns.run(replace(stand, &browser, id), unlink);
        let (replaced, unlinked) = (replaced.unwrap(), unlinked.unwrap());
        assert_ne!(is_linked(&replaced), unlinked.refusal().is_none());
        assert_eq!(stand.facts().links.len(), usize::from(is_linked(&replaced)));
    });
}
