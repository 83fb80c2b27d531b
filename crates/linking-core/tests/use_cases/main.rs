//! The use cases over a store in memory: journeys, attacks, races, restarts, and the invariants
//! of `domain.md` after random requests.

#![expect(
    clippy::enum_variant_names,
    clippy::match_same_arms,
    clippy::type_complexity,
    clippy::unused_self,
    reason = "tables of cases read better whole, and whoever visits a stand is asked through it"
)]

#[cfg(test)]
mod answers;
#[cfg(test)]
mod at_provider;
#[cfg(test)]
mod contacts;
#[cfg(test)]
mod cut_off;
#[cfg(test)]
mod facts_that_change;
#[cfg(test)]
mod flow_life;
#[cfg(test)]
mod guessing;
#[cfg(test)]
mod interleaving;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod known_browser;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod links;
#[cfg(test)]
mod mix_up;
mod moving;
mod moving_races;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod property;
#[cfg(test)]
mod races;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod stand;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod store_calls;
#[cfg(test)]
mod unlink;
