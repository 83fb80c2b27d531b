//! The same commands on this store and on the memory store lead to the same answers and records.

use linking_testkit::store::sequence::{Reached, compare};

use super::fixture::Stand;

/// How many sequences, and how long each is.
const SEQUENCES: u64 = 24;
const COMMANDS: usize = 60;

#[test]
fn the_same_commands_lead_to_the_same_records() {
    linking_testkit::run(async {
        let mut reached = Reached::default();
        for seed in 0..SEQUENCES {
            let stand = Stand::empty().await;
            let now = compare(seed, COMMANDS, stand.storage.clone()).await;
            reached.links += now.links;
            reached.unlinks += now.unlinks;
            reached.over_links += now.over_links;
            reached.contacts += now.contacts;
            reached.refusals += now.refusals;
        }
        let all = [
            reached.links,
            reached.unlinks,
            reached.over_links,
            reached.contacts,
            reached.refusals,
        ];
        // Else the comparison holds for nothing.
        assert!(all.iter().all(|times| *times > 10), "{reached:?}");
    });
}
