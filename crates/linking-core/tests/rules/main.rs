//! The decisions against plain tables: each rule is written once more, slowly, from `domain.md`
//! and `identity-data.md` over made-up facts, and compared on thousands of generated cases.
//!
//! The tables know nothing of the code that they check: they compare cards (which surname, which
//! birth date), not texts, and read top to bottom in the order of the document.

#![expect(
    clippy::struct_excessive_bools,
    reason = "a case is a row of facts, each of which holds or not"
)]

#[cfg(test)]
mod attempts_table;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod link_table;
#[cfg(test)]
mod sign_in_table;
#[cfg(test)]
mod unlink_table;
