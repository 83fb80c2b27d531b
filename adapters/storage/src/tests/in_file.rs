//! On SQLite in a file.

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
    /// How often two servers race; one file is seldom shared by two.
    pub(super) const RACES: u32 = 2_000;
    pub(super) type Stand = StandOn<InFile>;
}
