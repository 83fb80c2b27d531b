//! The searches of the gate.

use crate::{Scenario, search};

fn holds(name: &str) {
    let scenario = Scenario::all(0)
        .into_iter()
        .find(|s| s.name == name)
        .unwrap();
    let report = search(scenario, 1);
    assert!(report.failures.is_empty(), "{report}");
}

#[test]
fn e7_one_identity_and_two_accounts_in_every_order() {
    holds("one identity, two accounts");
}

#[test]
fn e7_two_ways_to_one_account_in_every_order() {
    holds("two ways to one account");
}

#[test]
fn e6_facts_that_change_in_every_order() {
    holds("facts that change");
}

#[test]
fn e10_an_unlink_beside_everything_in_every_order() {
    holds("an unlink beside");
}

#[test]
fn e8_the_last_way_in_in_every_order() {
    holds("the last way in");
}

#[test]
fn e1_a_move_beside_everything_in_every_order() {
    holds("a move beside");
}

#[test]
fn e2_a_replacement_beside_everything_in_every_order() {
    holds("a replacement beside");
}

#[test]
fn a8_answers_that_come_twice_in_every_order() {
    holds("answers that come twice");
}
