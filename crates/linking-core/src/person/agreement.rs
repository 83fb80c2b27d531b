//! Comparison with three answers (`identity-data.md` "The same person", `threats.md` C11).

/// What a comparison of one attribute found. *Unknown* is no evidence either way: it never agrees
/// and never hinders a link by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// Both sides have a value, and it is the same.
    Equal,
    /// Both sides have a value, and they are not the same.
    Differs,
    /// At least one side has no value.
    Unknown,
}

impl Agreement {
    /// Compares two values where both are there.
    pub(super) fn of_known<T>(
        a: Option<&T>,
        b: Option<&T>,
        same: impl FnOnce(&T, &T) -> bool,
    ) -> Self {
        match (a, b) {
            (Some(a), Some(b)) if same(a, b) => Self::Equal,
            (Some(_), Some(_)) => Self::Differs,
            (None, _) | (_, None) => Self::Unknown,
        }
    }

    /// Whether both sides are known to be the same: the only answer that counts as evidence.
    #[must_use]
    pub const fn agrees(self) -> bool {
        matches!(self, Self::Equal)
    }

    /// Whether both sides are known to be different: the only answer that hinders.
    #[must_use]
    pub const fn differs(self) -> bool {
        matches!(self, Self::Differs)
    }

    /// The answer for two attributes together: one difference decides, else one unknown.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Differs, _) | (_, Self::Differs) => Self::Differs,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Equal, Self::Equal) => Self::Equal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Agreement::{self, Differs, Equal, Unknown};

    #[test]
    fn c11_only_two_known_and_same_values_agree() {
        let compare = |a: Option<&u8>, b: Option<&u8>| Agreement::of_known(a, b, u8::eq);
        assert_eq!(compare(Some(&1), Some(&1)), Equal);
        assert_eq!(compare(Some(&1), Some(&2)), Differs);
        assert_eq!(compare(Some(&1), None), Unknown);
        assert_eq!(compare(None, Some(&1)), Unknown);
        assert_eq!(compare(None, None), Unknown);
    }

    #[test]
    fn c11_together_equal_needs_equal_on_both_and_differs_wins() {
        for a in [Equal, Differs, Unknown] {
            for b in [Equal, Differs, Unknown] {
                let both = a.and(b);
                assert_eq!(both, b.and(a));
                assert_eq!(both.agrees(), a.agrees() && b.agrees());
                assert_eq!(both.differs(), a.differs() || b.differs());
            }
        }
    }
}
