//! The database goes away, comes back, or is another server now (`threats.md` I3).

use std::net::{SocketAddr, ToSocketAddrs};

use linking_core::{
    account::Version,
    ports::{Directory, Store, StoreError},
};

use super::{
    proxy::Proxy,
    stand::{InPostgres, StandOn, identity, teacher},
};
use crate::{Location, Storage, record::Columns, statement::Query};

/// The address of the stand's database with another host and port.
fn through(stand: &StandOn<InPostgres>, address: SocketAddr) -> String {
    let own = stand.place.url();
    let (before, after) = own.split_once('@').unwrap();
    let (_, database) = after.split_once('/').unwrap();
    format!("{before}@{address}/{database}")
}

fn server(stand: &StandOn<InPostgres>) -> SocketAddr {
    let own = stand.place.url();
    let host = own.split_once('@').unwrap().1.split_once('/').unwrap().0;
    host.to_socket_addrs().unwrap().next().unwrap()
}

async fn over(stand: &StandOn<InPostgres>, addresses: &[String]) -> Storage {
    let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
    Storage::open(
        &Location::Postgres(addresses),
        stand.vault.clone(),
        stand.ids.clone(),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn an_address_where_nobody_is_is_passed_over() {
    let stand = StandOn::<InPostgres>::empty().await;
    // Nobody listens on the port that was just given up.
    let nobody = Proxy::to(server(&stand)).await;
    nobody.cut();
    let (dead, alive) = (
        through(&stand, nobody.address),
        stand.place.url().to_owned(),
    );
    for addresses in [[dead.clone(), alive.clone()], [alive, dead]] {
        let storage = over(&stand, &addresses).await;
        assert_eq!(storage.regions().await, Ok(Vec::new()));
    }
}

#[tokio::test]
async fn a_server_that_is_lost_is_followed_to_the_other_address_by_itself() {
    let stand = StandOn::<InPostgres>::empty().await;
    let (first, second) = (
        Proxy::to(server(&stand)).await,
        Proxy::to(server(&stand)).await,
    );
    let addresses = [first.address, second.address].map(|address| through(&stand, address));
    let storage = over(&stand, &addresses).await;
    for (lost, other) in [(&first, &second), (&second, &first)] {
        assert_eq!(storage.regions().await, Ok(Vec::new()));
        other.mend();
        lost.cut();
        // What was under way may be lost with the connection; what comes next goes on.
        let met = storage.regions().await;
        assert!(
            matches!(met, Ok(_) | Err(StoreError::Unavailable(_))),
            "{met:?}"
        );
        assert_eq!(storage.regions().await, Ok(Vec::new()));
    }
}

#[tokio::test]
async fn i3_a_commit_that_is_lost_on_its_way_is_all_or_nothing() {
    let stand = StandOn::<InPostgres>::with_school().await;
    let proxy = Proxy::to(server(&stand)).await;
    let storage = over(&stand, &[through(&stand, proxy.address)]).await;
    let sheet = stand.person(teacher("demina")).await;
    let link = stand.link(sheet.account().id, "1");
    let records = async || {
        let mut rows = Vec::new();
        for table in ["link", "consent", "outbox"] {
            rows.push(stand.rows(table).await);
        }
        rows
    };

    proxy.lose_next_commit();
    let change = stand.link_change(&sheet, &link, Version::NEW);
    let lost = storage.commit(change.clone()).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert_eq!(proxy.lost(), 1);
    assert_eq!(records().await, [0, 0, 0]);

    proxy.lose_next_answer();
    let lost = storage.commit(change.clone()).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert_eq!(proxy.lost(), 2);
    assert_eq!(records().await, [1, 1, 1]);

    // Whoever tries again learns that it is done, and nothing is doubled.
    let again = storage.commit(change).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(records().await, [1, 1, 1]);
    let sheet = storage.identity(&identity("1")).await.unwrap();
    assert_eq!(sheet.links.len(), 1);
}

#[tokio::test]
async fn i3_a_database_that_restarts_under_open_connections_is_met_again() {
    let stand = StandOn::<InPostgres>::with_school().await;
    let storage = over(&stand, &[stand.place.url().to_owned()]).await;
    let pids = async || {
        let text = "SELECT pg_backend_pid()::bigint AS pid".to_owned();
        let row = storage.row(Query::of_schema(text)).await;
        row.map(|row| row.unwrap().number("pid").unwrap())
    };
    let before = pids().await.unwrap();
    // As a restart does: every connection of this store ends.
    let end = format!("SELECT pg_terminate_backend({before}) AS done");
    stand.storage.row(Query::of_schema(end)).await.unwrap();
    let met = pids().await;
    assert!(!matches!(met, Ok(pid) if pid == before));
    assert!(pids().await.is_ok(), "{met:?}");
}
