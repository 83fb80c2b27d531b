//! The pages, over the router, the use cases and the store: journeys, refusals, attacks.

#[cfg(test)]
mod api;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod data;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod own_settings;
#[cfg(test)]
mod pauses;
#[cfg(test)]
mod pickers;
#[cfg(test)]
mod presses;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod starts;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod ways_back;
#[cfg(test)]
mod world;
