//! The counters of wrong passwords against `domain.md` ("Numbers").

use chrono::TimeDelta;
use linking_core::{
    ports::{AttemptLimit, Tag},
    provider::IdentityKey,
    session::Network,
    sign_in::{AttemptCounters, AttemptDoor, LONGEST_PASSWORD_PAUSE, PauseOf, attempt_counters},
};
use linking_testkit::{TestVault, people};

use crate::facts::{id, now};

fn counters(identity: Option<&IdentityKey>) -> AttemptCounters {
    let door = AttemptDoor {
        login: &people::login("dmitrieva"),
        network: Network::of([192, 0, 2, 1].into()),
        organization: id(1),
        identity,
    };
    attempt_counters(door, &TestVault)
}

/// Pauses from, blocks from, window and block in minutes.
fn row(limit: &AttemptLimit) -> (u16, u16, i64, i64) {
    (
        limit.pause_from,
        limit.block_from,
        limit.window.num_minutes(),
        limit.block_for.num_minutes(),
    )
}

#[test]
fn f6_the_counters_are_those_of_the_table() {
    const DAY: i64 = 24 * 60;
    let outside = [(5, 10, 60, 15), (60, 120, 60, 15), (300, 600, 60, 15)];
    let inside = [(5, 10, 60, 15), (5, 5, DAY, DAY), (50, 50, DAY, DAY)];
    let rows = |counters: &AttemptCounters| counters.limits.iter().map(row).collect::<Vec<_>>();
    assert_eq!(rows(&counters(None)), outside);
    let identity = people::identity_key("1");
    let both = [outside, inside].concat();
    assert_eq!(rows(&counters(Some(&identity))), both);
}

#[test]
fn f1_each_counter_is_settled_in_one_way() {
    let identity = people::identity_key("1");
    let counters = counters(Some(&identity));
    let keys: Vec<Tag> = counters.limits.iter().map(|limit| limit.key).collect();
    // Login: cleared. Network, organisation, identity: taken back. The last two: of mismatches.
    assert_eq!(keys[0], counters.login);
    assert_eq!(keys[1..4], counters.shared);
    assert_eq!(keys[4..], counters.mismatches);
}

#[test]
fn c2_identities_that_read_alike_are_counted_apart() {
    let key = |issuer: &str, subject: &str| IdentityKey {
        issuer: issuer.parse().unwrap(),
        subject: subject.parse().unwrap(),
    };
    let (one, other) = (key("https://a", "b1"), key("https://ab", "1"));
    let tags = |key| counters(Some(key)).mismatches[0];
    assert_ne!(tags(&one), tags(&other));
}

#[test]
fn a_quarter_of_an_hour_is_a_pause_of_the_password_and_more_is_one_of_linking() {
    let longest = now() + LONGEST_PASSWORD_PAUSE;
    assert_eq!(PauseOf::until(longest, now()), PauseOf::Password);
    let longer = longest + TimeDelta::seconds(1);
    assert_eq!(PauseOf::until(longer, now()), PauseOf::Linking);
}
