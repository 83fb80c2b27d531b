//! The last way in, pulled at by two servers over one database (`threats.md` E8).

use std::sync::Arc;

use linking_testkit::store::contest::{
    Servers, two_unlinks, unlink_and_new_password, unlink_and_no_password, unlink_and_switch_off,
};

use super::fixture::Stand;

/// How often two unlinks meet (`threats.md` E8), and the other contests.
const ROUNDS: u32 = 1_000;
const FEWER: u32 = 250;

async fn two_servers() -> (Servers, Stand) {
    let stand = Stand::empty().await;
    let servers: Servers = [stand.storage.clone(), Arc::new(stand.second().await)];
    (servers, stand)
}

#[test]
fn e8_of_two_unlinks_on_two_servers_one_ends_a_link() {
    linking_testkit::run(async {
        let (servers, _stand) = two_servers().await;
        two_unlinks(servers, ROUNDS).await;
    });
}

#[test]
fn e8_unlink_or_no_password_but_not_both() {
    linking_testkit::run(async {
        let (servers, _stand) = two_servers().await;
        unlink_and_no_password(servers, FEWER).await;
    });
}

#[test]
fn e8_the_link_that_lets_in_stays_where_the_other_provider_is_off() {
    linking_testkit::run(async {
        let (servers, _stand) = two_servers().await;
        unlink_and_switch_off(servers, FEWER).await;
    });
}

#[test]
fn e8_a_printed_password_and_an_unlink_leave_a_way_in() {
    linking_testkit::run(async {
        let (servers, _stand) = two_servers().await;
        unlink_and_new_password(servers, FEWER).await;
    });
}
