//! Instants, and the numbers of `domain.md` ("Numbers").

use chrono::{DateTime, TimeDelta, Utc};

/// An instant in UTC. The core takes it as an argument or from a [`Clock`](crate::ports::Clock).
pub type Timestamp = DateTime<Utc>;

/// A flow's life from its start; one press prolongs it once by the same span.
pub const FLOW_LIFE: TimeDelta = TimeDelta::minutes(15);
/// How long a flow waits for somebody who gets a new local password from the school.
pub const PASSWORD_WAIT: TimeDelta = TimeDelta::minutes(60);
/// For so long after its life a flow still says that it is over; then nothing is left of it.
pub const FLOW_REMAINS: TimeDelta = TimeDelta::days(1);
/// How long a local password or a provider's signed sign-in counts as recent (step-up).
pub const RECENT: TimeDelta = TimeDelta::minutes(5);
/// By so much the clocks of two servers, or ours and a provider's, may differ without anybody's
/// notice (`threats.md` I12).
pub const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);
/// A session unused for longer is over.
pub const SESSION_IDLE: TimeDelta = TimeDelta::hours(12);
/// A session older than this is over.
pub const SESSION_LIFE: TimeDelta = TimeDelta::days(30);
/// A session on a shared computer that is unused for longer is over.
pub const SHARED_SESSION_IDLE: TimeDelta = TimeDelta::minutes(30);
/// A session on a shared computer that is older than this is over.
pub const SHARED_SESSION_LIFE: TimeDelta = TimeDelta::hours(8);
/// For so long after its owner's last password there a browser is a known one.
pub const KNOWN_BROWSER_LIFE: TimeDelta = TimeDelta::days(180);
/// After this long a claimed step counts as lost with its server; a provider call takes 8 s at
/// most, a few of them make one step.
pub const CLAIM_LIFE: TimeDelta = TimeDelta::seconds(30);
/// After this long, and at the latest after twice as long, a password that was counted and of which
/// nobody said what it came to counts as lost with its server. A hash waits for seconds at most.
pub const ATTEMPT_LIFE: TimeDelta = TimeDelta::seconds(30);
/// How long the answer to a request is kept that its sender may repeat.
pub const REPLY_LIFE: TimeDelta = TimeDelta::hours(24);
/// After this long a repeatable request counts as lost with its server.
pub const REQUEST_LIFE: TimeDelta = TimeDelta::seconds(60);
/// How long the ticket of a letter that restores a password works.
pub const RESTORE_LIFE: TimeDelta = TimeDelta::minutes(30);
/// How long «Это не я» in a letter works.
pub const NOT_ME_LIFE: TimeDelta = TimeDelta::days(7);
/// Letters that could not be sent for so long are given up.
pub const LETTER_LIFE: TimeDelta = TimeDelta::days(3);
/// How many flows one browser may have open; the oldest ends.
pub const FLOWS_PER_BROWSER: u8 = 5;

/// Whether a proof is recent (`domain.md`, Recent). One from the future is, as far as the clock of
/// the server that wrote it may be ahead; further on it is none.
#[must_use]
pub fn is_recent(proved_at: Timestamp, now: Timestamp) -> bool {
    let age = now.signed_duration_since(proved_at);
    -CLOCKS_DIFFER <= age && age <= RECENT
}
