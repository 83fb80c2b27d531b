//! Presets: the settings that make one of the diaries of `journeys.md`. Policies, never code.

use super::problem::Problems;

/// A preset inside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Сетевой Город. Образование.
    SetevoyGorod,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 1] = [Self::SetevoyGorod];

    /// Its name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetevoyGorod => "setevoy-gorod",
        }
    }

    /// Its settings, in TOML.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::SetevoyGorod => include_str!("../../presets/setevoy-gorod.toml"),
        }
    }

    pub(super) fn named(name: Option<&str>, problems: &Problems) -> Option<Self> {
        let found = Self::ALL
            .into_iter()
            .find(|preset| Some(preset.name()) == name);
        if found.is_none() {
            let names = Self::ALL.map(Self::name).join(", ");
            let what = if name.is_some() {
                "names no preset"
            } else {
                "is missing"
            };
            problems.add("preset", "", &format!("{what}; there is: {names}"));
        }
        found
    }
}
