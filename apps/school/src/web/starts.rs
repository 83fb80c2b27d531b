//! How many ways to a provider one network may begin (`threats.md` G18): a script that begins
//! thousands is held back, and nobody else is. Counted in this process; what must survive a
//! restart, as wrong passwords, is counted in the store.

use std::{fmt, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use linking_core::session::Network;

/// How many networks are remembered before those are forgotten that have their whole share again.
const MOST_REMEMBERED: usize = 10_000;

/// So many in a minute from one network: a large school whose every pupil comes at the first
/// lesson sits behind one address.
pub const USUAL_STARTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);

/// The limit, and what each network has begun of late.
pub(crate) struct Starts(DefaultKeyedRateLimiter<Network>);

impl fmt::Debug for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Starts({} networks)", self.0.len())
    }
}

impl Starts {
    /// So many in a minute from each network, at once or one by one.
    pub(crate) fn new(in_a_minute: NonZeroU32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(in_a_minute)))
    }

    /// Takes one of a network's share; false if there is none left.
    pub(crate) fn take(&self, network: Network) -> bool {
        if self.0.len() > MOST_REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&network).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn g18_a_network_that_begins_too_much_is_held_back_alone() {
        let starts = Starts::new(NonZeroU32::new(5).unwrap());
        let taken = (0..1000)
            .filter(|_| starts.take(network("192.0.2.1")))
            .count();
        assert_eq!(taken, 5);
        assert!(starts.take(network("192.0.2.2")), "others are served");
        // The addresses of one /64 are one network; the next /64 is another.
        let taken = (0..1000)
            .filter(|n| starts.take(network(&format!("2001:db8:1:2::{n:x}"))))
            .count();
        assert_eq!(taken, 5);
        assert!(starts.take(network("2001:db8:1:3::1")));
    }

    #[test]
    fn g18_what_is_remembered_of_networks_does_not_grow_without_an_end() {
        let starts = Starts::new(NonZeroU32::MAX);
        for n in 0..(u32::try_from(MOST_REMEMBERED).unwrap() * 2) {
            assert!(starts.take(Network::of(IpAddr::from(n.to_be_bytes()))));
        }
        assert!(starts.0.len() <= MOST_REMEMBERED + 1, "{starts:?}");
    }
}
