//! The organisations of the demo: as many as a country's diary has, made from a seed, so that
//! the pickers are tried at their real size.

use crate::regions::{REGIONS, RegionRow};

/// How many organisations the demo has.
pub const ORGANIZATIONS: usize = 50_000;

/// One organisation, as a row of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationRow {
    /// The region's short name.
    pub region: &'static str,
    /// The region's name.
    pub region_name: &'static str,
    /// Minutes east of UTC.
    pub offset: i16,
    /// What the register calls it.
    pub external_id: String,
    /// `school` or `authority`.
    pub kind: &'static str,
    /// City or village.
    pub locality: String,
    /// Its name.
    pub name: String,
}

/// A small generator with a seed: the same schools each time.
#[derive(Debug)]
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        // SplitMix64, by its published constants.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let count = u64::try_from(from.len()).unwrap_or(1).max(1);
        let index = usize::try_from(self.next() % count).unwrap_or_default();
        from.get(index).copied().unwrap_or_default()
    }
}

const ROOTS: &[&str] = &[
    "Берёзов",
    "Сосн",
    "Ключ",
    "Луг",
    "Камен",
    "Озёр",
    "Речн",
    "Ольхов",
    "Дубров",
    "Кедров",
    "Рябин",
    "Полян",
    "Родник",
    "Север",
    "Восточ",
    "Зареч",
    "Подгор",
    "Краснояр",
    "Белогор",
    "Черёмух",
    "Малинов",
    "Лесн",
    "Степн",
    "Солнеч",
    "Ясн",
];
const ENDS: &[&str] = &[
    "ка",
    "ское",
    "овка",
    "ный",
    "инск",
    "ово",
    "ино",
    "ая Поляна",
    "ий Бор",
];
const FORMS: &[&str] = &[
    "МБОУ СОШ",
    "МАОУ СОШ",
    "МБОУ ООШ",
    "МОУ гимназия",
    "МАОУ лицей",
];
const GARDENS: &[&str] = &[
    "Солнышко",
    "Ромашка",
    "Теремок",
    "Берёзка",
    "Сказка",
    "Колокольчик",
    "Золотой ключик",
];

/// The schools of the demo's own story.
fn own() -> Vec<OrganizationRow> {
    let Some(region) = REGIONS.first() else {
        return Vec::new();
    };
    let row = |id: &str, kind, locality: &str, name: &str| OrganizationRow {
        external_id: id.to_owned(),
        kind,
        locality: locality.to_owned(),
        name: name.to_owned(),
        ..empty(region)
    };
    vec![
        row(
            "lugovoe-30",
            "school",
            "Луговое",
            "МБОУ СОШ № 30 п/р Луговое",
        ),
        row(
            "lugovoe-13",
            "school",
            "Луговое",
            "МБОУ СОШ № 13 п/р Луговое",
        ),
        row(
            "authority",
            "authority",
            "Южно-Сахалинск",
            "Управление образования Сахалинской обл.",
        ),
    ]
}

fn empty(region: &RegionRow) -> OrganizationRow {
    OrganizationRow {
        region: region.code,
        region_name: region.name,
        offset: region.offset,
        external_id: String::new(),
        kind: "school",
        locality: String::new(),
        name: String::new(),
    }
}

/// Every organisation of the demo, its own schools first.
#[must_use]
pub fn organizations() -> Vec<OrganizationRow> {
    let mut rows = own();
    let mut seeded = Seeded(2026);
    for region in REGIONS.iter().skip(1) {
        rows.push(OrganizationRow {
            external_id: "authority".to_owned(),
            kind: "authority",
            locality: "Центр".to_owned(),
            name: format!("Управление образования: {}", region.name),
            ..empty(region)
        });
    }
    let mut number = 0_usize;
    while rows.len() < ORGANIZATIONS {
        for region in REGIONS {
            if rows.len() >= ORGANIZATIONS {
                break;
            }
            number += 1;
            let locality = format!("{}{}", seeded.pick(ROOTS), seeded.pick(ENDS));
            let local = seeded.next() % 90 + 1;
            let name = if seeded.next().is_multiple_of(3) {
                format!("МБДОУ детский сад № {local} «{}»", seeded.pick(GARDENS))
            } else {
                format!("{} № {local}", seeded.pick(FORMS))
            };
            rows.push(OrganizationRow {
                external_id: format!("o-{number}"),
                locality,
                name,
                ..empty(region)
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_as_many_as_a_country_has_and_none_twice() {
        let rows = organizations();
        assert_eq!(rows.len(), ORGANIZATIONS);
        let keys: BTreeSet<_> = rows
            .iter()
            .map(|row| (row.region, &row.external_id))
            .collect();
        assert_eq!(keys.len(), ORGANIZATIONS);
        assert_eq!(rows, organizations(), "the same each time");
    }
}
