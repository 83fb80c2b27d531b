//! Whose computer it is: on a shared one a session is short, and nothing is remembered
//! (`domain.md`, Numbers and Bounds; `threats.md` A17, G11).

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    provider::Switch,
    time::{SESSION_IDLE, SESSION_LIFE, SHARED_SESSION_IDLE, SHARED_SESSION_LIFE, Timestamp},
};

/// Whose computer a browser runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Computer {
    /// One person's, as far as anybody knows.
    #[default]
    Own,
    /// Several people's: a class room, a library.
    Shared,
}

/// Whether a sign-in through a provider must be confirmed by «Да, это я».
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// The answer is enough.
    NotNeeded,
    /// Somebody else may still be signed in there, and the provider cannot be asked anew.
    Needed,
}

impl Computer {
    /// Shared if either says so: the address, the region, the person's own tick, a session that
    /// began so. Nothing makes a shared computer anybody's own.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Own, Self::Own) => Self::Own,
            (Self::Shared, _) | (_, Self::Shared) => Self::Shared,
        }
    }

    /// Whether it is a shared one.
    #[must_use]
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Shared)
    }

    /// After how long without use a session is over.
    #[must_use]
    pub const fn idle(self) -> TimeDelta {
        match self {
            Self::Own => SESSION_IDLE,
            Self::Shared => SHARED_SESSION_IDLE,
        }
    }

    /// How old a session may grow.
    #[must_use]
    pub const fn life(self) -> TimeDelta {
        match self {
            Self::Own => SESSION_LIFE,
            Self::Shared => SHARED_SESSION_LIFE,
        }
    }

    /// When a session is over that is not used again.
    #[must_use]
    pub fn session_end(self, started_at: Timestamp, seen_at: Timestamp) -> Timestamp {
        (seen_at + self.idle()).min(started_at + self.life())
    }

    /// Whether the person is asked «Это вы?» before a sign-in through a provider: on a shared
    /// computer, unless the provider has everybody sign in anew.
    #[must_use]
    pub const fn recognition(self, forced_sign_in: Switch) -> Recognition {
        match (self, forced_sign_in) {
            (Self::Shared, Switch::Off) => Recognition::Needed,
            (Self::Shared, Switch::On) | (Self::Own, _) => Recognition::NotNeeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn g11_a_session_on_a_shared_computer_is_short() {
        assert_eq!(Computer::Shared.session_end(at(0), at(0)), at(30));
        assert_eq!(Computer::Shared.session_end(at(0), at(455)), at(480));
        assert_eq!(Computer::Own.session_end(at(0), at(0)), at(12 * 60));
        let month = at(30 * 24 * 60);
        assert_eq!(Computer::Own.session_end(at(0), month), month);
    }

    #[test]
    fn g11_whatever_says_shared_is_believed() {
        use Computer::{Own, Shared};
        assert_eq!(Own.or(Own), Own);
        for (one, other) in [(Own, Shared), (Shared, Own), (Shared, Shared)] {
            assert_eq!(one.or(other), Shared);
        }
    }

    #[test]
    fn a17_a_sign_in_is_confirmed_where_nobody_can_be_asked_to_sign_in_anew() {
        let asked = |computer: Computer, forced| computer.recognition(forced);
        assert_eq!(asked(Computer::Shared, Switch::Off), Recognition::Needed);
        assert_eq!(asked(Computer::Shared, Switch::On), Recognition::NotNeeded);
        assert_eq!(asked(Computer::Own, Switch::Off), Recognition::NotNeeded);
        assert_eq!(asked(Computer::Own, Switch::On), Recognition::NotNeeded);
    }
}
