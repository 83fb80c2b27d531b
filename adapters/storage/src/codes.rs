//! Stable names of enums in columns. The core's own `code` is used where there is one.

use linking_core::{
    account::{AccountStatus, PasswordOrigin},
    link::{LinkEnd, LinkOrigin},
    region::OrganizationType,
};

/// An enum with a stable name for each variant.
pub(crate) trait Code: Copy + Sized + 'static {
    /// Every variant.
    const EVERY: &'static [Self];

    /// The stable name.
    fn code(self) -> &'static str;

    /// Reads a name.
    fn from_code(code: &str) -> Option<Self> {
        Self::EVERY
            .iter()
            .copied()
            .find(|variant| variant.code() == code)
    }
}

macro_rules! codes {
    ($($name:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl Code for $name {
            const EVERY: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }
    )+};
}

codes! {
    AccountStatus { Active = "active", Blocked = "blocked", Archived = "archived" }
    PasswordOrigin { Printed = "printed", Owner = "owner" }
    LinkOrigin { FromProvider = "from-provider", FromSettings = "from-settings" }
    LinkEnd { Unlinked = "unlinked", NotMe = "not-me", Moved = "moved", Replaced = "replaced", AccountArchived = "account-archived" }
    OrganizationType { School = "school", Authority = "authority" }
}
