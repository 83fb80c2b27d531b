//! The rules of account linking: who may link a diary's account to an identity, what is
//! verified, what is refused and why. Pure: no runtime, no I/O, no clock; effects are ports.
//!
//! The paved path is [`usecase::Linking`]: it loads facts through the [`ports`], asks a decision
//! (`decide_sign_in`, `decide_link`, `decide_unlink`), and commits one [`change::ChangeSet`].

pub mod account;
pub mod audit;
pub mod change;
pub mod consent;
pub mod event;
pub mod ids;
pub mod link;
pub mod person;
pub mod policy;
pub mod ports;
pub mod provider;
pub mod refusal;
pub mod region;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod time;
pub mod usecase;

#[cfg(test)]
mod samples;
