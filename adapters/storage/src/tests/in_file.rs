//! On SQLite in a file.

#[path = "conformance.rs"]
mod conformance;
#[path = "counts.rs"]
mod counts;
#[path = "directory.rs"]
mod directory;
#[path = "races.rs"]
mod races;
#[path = "register.rs"]
mod register;
#[path = "restart.rs"]
mod restart;
#[path = "sealed.rs"]
mod sealed;

mod fixture {
    pub(super) use crate::tests::stand::*;
    pub(super) type Stand = StandOn<InFile>;
}
