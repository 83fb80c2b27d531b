//! A faithful simulator of ESIA («Госуслуги») for demonstrations and tests.
//!
//! It speaks the protocol of `esia.md`: checks requests in ESIA's order with ESIA's codes, verifies
//! GOST signatures for real, shows the screens (login, SMS code, consent), issues codes and tokens,
//! serves person data, and plays [faults](Fault) on demand. What is not known about the real ESIA
//! is a [knob](Knobs). What passes here still has to pass once on ESIA's own test stand
//! (`esia.md 13.5`).
//!
//! Every person of it is invented; see [`personas`].

mod checks;
mod clock;
mod code;
mod control;
mod fault;
mod gost;
mod keys;
mod knobs;
mod parameters;
mod person;
pub mod personas;
mod random;
mod refusal;
mod scopes;
mod serve;
mod settings;
mod simulator;
mod state;
mod token;
mod web;

pub use clock::Clock;
pub use code::{EsiaCode, UnknownCode};
pub use control::Control;
pub use fault::{Callback, Claim, Fault, Forgery, Place, TokenKind, Transport};
pub use keys::KeyError;
pub use knobs::{Knobs, Pkce, RefreshSigning, RepeatedState};
pub use scopes::DIARY_SCOPES;
pub use serve::serve;
pub use settings::{
    Client, ControlToken, ISSUER, KeyMaterial, Problem, Settings, SettingsError, TokenAlgorithm,
};
pub use simulator::Simulator;
pub use state::RecordedRequest;
