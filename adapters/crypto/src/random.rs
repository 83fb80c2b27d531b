//! The system's randomness.

use linking_core::ports::Randomness;

/// The operating system's generator.
///
/// # Panics
/// When the system gives no randomness: a secret that somebody could guess is worse than a
/// request that fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Randomness for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret may be made, and the port has no error"
    )]
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives no randomness");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7_the_whole_slice_is_filled_and_never_alike() {
        let mut one = [0; 64];
        let mut other = [0; 64];
        SystemRandom.fill(&mut one);
        SystemRandom.fill(&mut other);
        assert_ne!(one, other);
        // Eight zero octets in a row come once in 2^58 tries.
        assert!(
            one.chunks(8)
                .all(|part| part.iter().any(|octet| *octet != 0))
        );
    }
}
