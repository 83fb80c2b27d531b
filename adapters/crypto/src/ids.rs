//! Identifiers of records.

use linking_core::ports::IdSource;
use uuid::Uuid;

/// UUID version 7 (RFC 9562, 5.7): begins with the time, so that a store's index grows at its
/// end, and rises within the process. For records alone; what opens something is a secret of 256
/// bits (`threats.md` F7).
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Source;

impl IdSource for UuidV7Source {
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, thread};

    use super::*;

    #[test]
    fn ids_rise_within_a_thread() {
        let ids: Vec<Uuid> = (0..20_000).map(|_| UuidV7Source.next()).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn f7_no_two_threads_get_one_id() {
        let made: Vec<Uuid> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..20_000).map(|_| UuidV7Source.next()).collect()))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| -> Vec<Uuid> { thread.join().unwrap() })
                .collect()
        });
        let different: HashSet<&Uuid> = made.iter().collect();
        assert_eq!(different.len(), made.len());
        // Behind the time and its counter stand random bits: no two ids share them either.
        let tails: HashSet<&[u8]> = made.iter().map(|id| &id.as_bytes()[10..]).collect();
        assert!(tails.len() > made.len() - 4);
    }
}
