//! Compares what the diary knows of an account's owner with what a provider says
//! (`identity-data.md`, The same person).

use crate::{
    account::Profile,
    person::{
        Agreement, NameComparison, PatronymicRule, compare_birth_dates, compare_names,
        compare_snils,
    },
    provider::Claims,
    refusal::DifferingField,
};

/// The three comparisons of identity data; each is equal, differs, or unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityComparison {
    /// The name; absent where the provider gave none.
    pub name: Option<NameComparison>,
    /// The SNILS.
    pub snils: Agreement,
    /// The birth date.
    pub birth_date: Agreement,
}

impl IdentityComparison {
    /// What the names say.
    #[must_use]
    pub fn name_agreement(&self) -> Agreement {
        self.name
            .as_ref()
            .map_or(Agreement::Unknown, NameComparison::agreement)
    }

    /// Whether no known attribute differs and at least one is known to agree: the record fits.
    #[must_use]
    pub fn fits(&self) -> bool {
        let all = [self.name_agreement(), self.snils, self.birth_date];
        all.contains(&Agreement::Equal) && !self.differs()
    }

    /// Whether at least one known attribute differs.
    #[must_use]
    pub fn differs(&self) -> bool {
        [self.name_agreement(), self.snils, self.birth_date].contains(&Agreement::Differs)
    }

    /// The parts of the name that differ.
    #[must_use]
    pub fn differing_name_fields(&self) -> Vec<DifferingField> {
        self.name
            .iter()
            .flat_map(NameComparison::differing)
            .map(|(part, mismatch)| DifferingField::Name { part, mismatch })
            .collect()
    }
}

/// Compares a profile with claims. Unknown is no evidence and no hindrance (`threats.md` C11).
#[must_use]
pub fn compare_identity(
    profile: &Profile,
    claims: &Claims,
    patronymic: PatronymicRule,
) -> IdentityComparison {
    IdentityComparison {
        name: claims
            .name
            .as_ref()
            .map(|name| compare_names(&profile.name.value, name, patronymic)),
        snils: compare_snils(
            profile.snils.as_ref().map(|s| &s.value),
            claims.snils.as_ref(),
        ),
        birth_date: compare_birth_dates(
            profile.birth_date.as_ref().map(|d| &d.value),
            claims.birth_date.as_ref(),
        ),
    }
}
