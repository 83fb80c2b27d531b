//! What the store promises beside the conformance suite: plans, counts, traces on disk, races,
//! restarts. What holds for every database runs on both.

mod in_file;
mod in_memory;
mod in_postgres;
mod knife;
mod migration;
mod moves;
mod plans;
mod postgres_plans;
mod proxy;
mod stand;
mod traces;
mod trail;

pub(crate) use knife::Knife;

/// The store of most tests of SQLite.
mod fixture {
    pub(super) use super::stand::*;
    pub(super) type Stand = StandOn<InFile>;
}
