//! Signing in: the decision, the effective ways, the counters of wrong passwords.

mod attempts;
mod decide_password;
mod decide_sign_in;

pub use attempts::{
    AttemptCounters, AttemptDoor, LONGEST_PASSWORD_PAUSE, PauseOf, SHORTEST_PASSWORD_PAUSE,
    account_mismatch_limit, attempt_counters, known_browser_counters, login_counter,
    mismatch_limits, restore_limits,
};
pub use decide_password::decide_password_change;
pub use decide_sign_in::{LocalProofResult, SignInProof, decide_sign_in, effective_ways};
