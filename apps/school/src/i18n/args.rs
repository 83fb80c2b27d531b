//! Values for the variables of a text.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentValue};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(u32),
}

/// Values for the variables of a text. A later value of a name replaces the earlier one.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Args(Vec<(Cow<'static, str>, Value)>);

/// Names alone: a value may be a person's.
impl std::fmt::Debug for Args {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Args {
    /// No values.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a text.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        self.put(name.into(), Value::Text(text.into()));
        self
    }

    /// Adds a number, which also chooses the plural form.
    #[must_use]
    pub fn with_number(mut self, name: impl Into<Cow<'static, str>>, number: u32) -> Self {
        self.put(name.into(), Value::Number(number));
        self
    }

    /// These values, and those of the other where it has them.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (name, value) in &other.0 {
            self.put(name.clone(), value.clone());
        }
        self
    }

    fn put(&mut self, name: Cow<'static, str>, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    pub(super) fn to_fluent(&self) -> FluentArgs<'_> {
        self.0
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::Text(text) => FluentValue::from(text.as_str()),
                    Value::Number(number) => FluentValue::from(*number),
                };
                (Cow::Borrowed(name.as_ref()), value)
            })
            .collect()
    }
}
