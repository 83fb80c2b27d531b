//! The field that is asked for next, with its hits.

use linking_core::{
    ports::OrganizationSearch,
    region::{Locality, OrganizationType, Region},
};

use super::{Ask, Chosen, FoundPlace, PlaceFinder, PlaceOption, SHOWN};
use crate::{
    i18n::{Args, Texts},
    web::{place::kind_code, problem::Problem},
};

/// So few stand on the page without a search.
const FEW: usize = 12;
/// How many localities are read to count them.
pub(crate) const COUNTED: u16 = 1000;

impl PlaceFinder<'_> {
    fn chosen_region(&self, region: &Region) -> Chosen {
        Chosen {
            term: self.t.text("page-sign-in-region"),
            value: region.name.to_string(),
            change: self.t.text("action-change-region"),
            href: self.href(&[("change", "region")]),
        }
    }

    pub(super) async fn ask_region(&self, words: String) -> Result<FoundPlace, Problem> {
        let all = self.app.directory().regions().await?;
        let hits = named_like(&all, &words);
        let searchable = all.len() > FEW;
        let shown = if words.is_empty() && searchable {
            0
        } else {
            usize::from(SHOWN)
        };
        let options = hits
            .iter()
            .take(shown)
            .map(|region| PlaceOption {
                value: region.code.to_string(),
                text: region.name.to_string(),
                note: String::new(),
                href: self.href(&[("region", region.code.as_str())]),
            })
            .collect();
        let ask = Ask {
            field: "region",
            label: self.t.text("page-sign-in-region"),
            hint: self.t.text("page-sign-in-region-hint"),
            heading: self.result_heading(
                &words,
                searchable,
                hits.len(),
                "field-search-found",
                nothing_found("region", self.kind),
            ),
            words,
            action: self.path.to_owned(),
            hidden: self.hidden(vec![("change", "region".to_owned())]),
            searchable,
            options,
            in_form: false,
            live: "/places/regions".to_owned(),
            error: None,
        };
        Ok(self.found(None, None, Vec::new(), ask))
    }

    pub(super) async fn ask_locality(
        &self,
        region: Region,
        words: String,
    ) -> Result<FoundPlace, Problem> {
        let hits = self
            .app
            .directory()
            .localities(&region.code, self.kind, &words, COUNTED)
            .await?;
        let searchable = !words.is_empty() || hits.len() > FEW;
        let shown = if words.is_empty() && searchable {
            0
        } else {
            usize::from(SHOWN)
        };
        let code = region.code.as_str();
        let options = hits
            .iter()
            .take(shown)
            .map(|locality| PlaceOption {
                value: locality.to_string(),
                text: locality.to_string(),
                note: String::new(),
                href: self.href(&[("region", code), ("locality", locality.as_str())]),
            })
            .collect();
        let ask = Ask {
            field: "locality",
            label: self.t.text("page-sign-in-locality"),
            hint: self.t.text("page-sign-in-locality-hint"),
            heading: self.result_heading(
                &words,
                searchable,
                hits.len(),
                "field-search-found",
                nothing_found("region", self.kind),
            ),
            words,
            action: self.path.to_owned(),
            hidden: self.hidden(vec![("region", code.to_owned())]),
            searchable,
            options,
            in_form: false,
            live: self.live("/places/localities", code, None),
            error: None,
        };
        let chosen = vec![self.chosen_region(&region)];
        Ok(self.found(Some(region), None, chosen, ask))
    }

    pub(super) async fn ask_organization(
        &self,
        region: Region,
        locality: Option<Locality>,
        words: String,
    ) -> Result<FoundPlace, Problem> {
        let search = OrganizationSearch {
            region: region.code.clone(),
            locality: locality.clone(),
            kind: self.kind,
            words: words.clone(),
            limit: SHOWN,
        };
        let page = self.app.directory().organizations(&search).await?;
        let total = usize::try_from(page.total).unwrap_or(usize::MAX);
        let searchable = !words.is_empty() || total > FEW;
        let shown = if words.is_empty() && searchable {
            0
        } else {
            usize::from(SHOWN)
        };
        let options = page
            .first
            .iter()
            .take(shown)
            .map(|organization| PlaceOption {
                value: organization.id.to_string(),
                text: organization.name.to_string(),
                note: match locality {
                    Some(_) => String::new(),
                    None => organization.locality.to_string(),
                },
                href: String::new(),
            })
            .collect();
        let code = region.code.as_str();
        let mut hidden = vec![("region", code.to_owned())];
        hidden.extend(locality.iter().map(|name| ("locality", name.to_string())));
        let hint = match self.kind {
            OrganizationType::School => "page-sign-in-organization-hint",
            OrganizationType::Authority => "page-sign-in-authority-hint",
        };
        let ask = Ask {
            field: "organization",
            label: self.organization_term(),
            hint: self.t.text(hint),
            heading: self.result_heading(
                &words,
                searchable,
                total,
                "field-search-found-own",
                nothing_found("organization", self.kind),
            ),
            words,
            action: self.path.to_owned(),
            hidden: self.hidden(hidden),
            searchable,
            options,
            in_form: true,
            live: self.live("/places/organizations", code, locality.as_ref()),
            error: None,
        };
        let mut chosen = vec![self.chosen_region(&region)];
        chosen.extend(locality.iter().map(|name| Chosen {
            term: self.t.text("page-sign-in-locality"),
            value: name.to_string(),
            change: self.t.text("action-change-locality"),
            href: self.href(&[("region", code)]),
        }));
        Ok(self.found(Some(region), locality, chosen, ask))
    }

    fn live(&self, path: &str, region: &str, locality: Option<&Locality>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("kind", kind_code(self.kind));
        query.append_pair("region", region);
        if let Some(locality) = locality {
            query.append_pair("locality", locality.as_str());
        }
        format!("{path}?{}", query.finish())
    }

    /// What stands over the hits; empty where the person has not searched yet.
    fn result_heading(
        &self,
        words: &str,
        searchable: bool,
        total: usize,
        found: &str,
        nothing: &str,
    ) -> String {
        if words.is_empty() && searchable {
            return String::new();
        }
        result_heading(self.t, total, found, nothing)
    }
}

/// The regions whose name holds the words; «ё» and «е» are one letter, as in the directory.
pub(crate) fn named_like<'a>(regions: &'a [Region], words: &str) -> Vec<&'a Region> {
    let fold = |text: &str| text.to_lowercase().replace('ё', "е");
    let words = fold(words);
    regions
        .iter()
        .filter(|region| fold(region.name.as_str()).contains(&words))
        .collect()
}

/// What is said of a search that found nothing in a field.
pub(crate) fn nothing_found(field: &str, kind: OrganizationType) -> &'static str {
    match (field, kind) {
        ("organization", OrganizationType::School) => "field-search-nothing",
        ("organization", OrganizationType::Authority) => "field-search-nothing-authority",
        _ => "field-search-nothing-locality",
    }
}

/// «Нашлось 2. Выберите свою», «Нашлось 148. Добавьте номер…», «Ничего не нашли…».
pub(crate) fn result_heading(t: &Texts, total: usize, found: &str, nothing: &str) -> String {
    let count = u32::try_from(total).unwrap_or(u32::MAX);
    let args = Args::new().with_number("count", count);
    if total == 0 {
        t.text(nothing)
    } else if total > usize::from(SHOWN) {
        t.text_with("field-search-many", &args)
    } else {
        t.text_with(found, &args)
    }
}

#[cfg(test)]
mod tests {
    use linking_core::region::ZoneOffset;

    use super::*;

    #[test]
    fn a_region_is_found_by_either_letter() {
        let named = |name: &str| Region {
            code: "57".parse().unwrap(),
            name: name.parse().unwrap(),
            offset: ZoneOffset::from_minutes(180).unwrap(),
        };
        let regions = [named("Орёлская область"), named("Пермский край")];
        for words in ["орел", "ОРЁЛ", "Орёлская обл"] {
            assert_eq!(named_like(&regions, words), [&regions[0]], "{words}");
        }
        assert_eq!(named_like(&regions, "").len(), 2);
    }
}
