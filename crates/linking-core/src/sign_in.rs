//! Signing in: the decision, the effective ways, the counters of wrong passwords.

mod attempts;
mod decide_sign_in;

pub use attempts::{
    AttemptCounters, AttemptDoor, LONGEST_PASSWORD_PAUSE, PauseOf, attempt_counters,
    known_browser_counters, mismatch_limits,
};
pub use decide_sign_in::{LocalProofResult, SignInProof, decide_sign_in, effective_ways};
