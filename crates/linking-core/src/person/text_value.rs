//! What every value type of one text has: text that is wiped, `FromStr`, serde through the
//! parser, masked `Debug`.

use std::ops::Deref;

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// The text of a value, wiped when it is dropped. Never printed: it has no `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ZeroizeOnDrop)]
pub(super) struct Wiped(String);

impl Deref for Wiped {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Wiped {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Zeroizing<String>> for Wiped {
    fn from(mut text: Zeroizing<String>) -> Self {
        Self(std::mem::take(&mut *text))
    }
}

/// For a type with `parse(&str) -> Result<Self, $error>`, a way to its full text, and `masked()`.
macro_rules! text_value {
    ($name:ident, $error:ty, $full:ident) => {
        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }
        /// Masked, as `texts.md` section 2 says.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked())
            }
        }
        /// Writes the **full** value: for sealed columns and answers to its owner only.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$full())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = zeroize::Zeroizing::new(String::deserialize(deserializer)?);
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use text_value;
