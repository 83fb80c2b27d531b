//! What the store promises beside the conformance suite: plans, counts, traces on disk, races,
//! restarts.

mod conformance;
mod counts;
mod directory;
mod fixture;
mod migration;
mod plans;
mod races;
mod register;
mod restart;
mod traces;
