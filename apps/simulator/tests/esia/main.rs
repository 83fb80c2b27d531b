//! The stand proved by a client of its own, written from `esia.md` and sharing nothing with the
//! stand but `gost-signature`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests and what serves them alone may panic: that is how they fail"
)]

mod consent;
mod control;
mod exchange;
mod faults;
mod on_the_way;
mod order;
mod person_data;
mod retired;
mod screens;
mod sign_in;
mod stand;
mod tcp;
