//! On PostgreSQL.

#[path = "conformance.rs"]
mod conformance;
#[path = "counts.rs"]
mod counts;
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
