//! On PostgreSQL.

#[path = "conformance.rs"]
mod conformance;
#[path = "counts.rs"]
mod counts;
#[path = "cuts.rs"]
mod cuts;
#[path = "directory.rs"]
mod directory;
#[path = "last_way.rs"]
mod last_way;
#[path = "races.rs"]
mod races;
#[path = "register.rs"]
mod register;
#[path = "repeats.rs"]
mod repeats;
#[path = "restart.rs"]
mod restart;
#[path = "sealed.rs"]
mod sealed;
#[path = "sequences.rs"]
mod sequences;
#[path = "ten_thousand.rs"]
mod ten_thousand;

mod fixture {
    pub(super) use crate::tests::stand::*;
    /// How often two servers race.
    pub(super) const RACES: u32 = 10_000;
    pub(super) type Stand = StandOn<InPostgres>;
}

#[tokio::test]
async fn an_empty_database_is_told_what_it_lacks() {
    use crate::tests::stand::{InPostgres, KeepingVault, Place as _, RisingIds};
    use std::sync::Arc;

    let place = InPostgres::fresh().await;
    let (vault, ids) = (
        Arc::new(KeepingVault::default()),
        Arc::new(RisingIds::default()),
    );
    let storage = crate::Storage::open(&place.location(), vault, ids)
        .await
        .unwrap();
    let told = storage.check_ready().await.unwrap_err().to_string();
    assert!(told.contains("svyazka migrate"), "{told}");
    storage.migrate().await.unwrap();
    storage.check_ready().await.unwrap();
}
