//! The kit's own store and provider pass the kit.

#[cfg(test)]
mod listing;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod provider;
