//! The pickers: region → city or village → organisation. Each choice reloads the page with the
//! next field; a script only searches while the person types (`pages.md`, section 5).

mod ask;

pub(crate) use ask::{COUNTED, named_like, nothing_found, result_heading};

use linking_core::{
    ids::OrganizationId,
    region::{Locality, Organization, OrganizationType, Region},
};

use crate::{
    i18n::Texts,
    web::{fields::Fields, place::Place, problem::Problem, state::AppState},
};

/// How many hits a page shows.
pub(crate) const SHOWN: u16 = 20;

/// What was chosen already, with the link that changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) term: String,
    pub(crate) value: String,
    pub(crate) change: String,
    pub(crate) href: String,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceOption {
    /// What the field is to hold.
    pub(crate) value: String,
    pub(crate) text: String,
    /// What tells hits of one name apart.
    pub(crate) note: String,
    /// The page with this choice, where a choice reloads.
    pub(crate) href: String,
}

/// The field that is asked for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) field: &'static str,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) words: String,
    /// The page itself, for «Найти».
    pub(crate) action: String,
    /// What the search must not forget.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// Whether there is more than a glance can take.
    pub(crate) searchable: bool,
    /// «Нашлось 2. Выберите свою».
    pub(crate) heading: String,
    pub(crate) options: Vec<PlaceOption>,
    /// Whether the hits are a part of the password's form; else each is a link.
    pub(crate) in_form: bool,
    /// Where a script searches.
    pub(crate) live: String,
    /// «Выберите школу».
    pub(crate) error: Option<String>,
}

impl Ask {
    /// The element to which an error leads.
    pub(crate) fn anchor(&self) -> &'static str {
        if self.searchable {
            "#place-words"
        } else {
            "#place-results"
        }
    }
}

/// The pickers as the template draws them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceView {
    pub(crate) heading: String,
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) ask: Option<Ask>,
}

/// Names and values as the query of an address.
pub(crate) fn query_of(pairs: &[(&'static str, String)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

/// What is known of the place, and how the page asks for the rest.
#[derive(Debug, Clone)]
pub(crate) struct FoundPlace {
    pub(crate) view: PlaceView,
    pub(crate) kind: OrganizationType,
    pub(crate) region: Option<Region>,
    pub(crate) locality: Option<Locality>,
    pub(crate) organization: Option<Organization>,
}

impl FoundPlace {
    /// The place to remember.
    pub(crate) fn to_remember(&self) -> Place {
        Place {
            kind: Some(self.kind),
            region: self.region.as_ref().map(|region| region.code.clone()),
            locality: self.locality.clone(),
            organization: self.organization.as_ref().map(|found| found.id),
            begun: None,
        }
    }

    /// Region and locality, so that a form that comes back asks at the same place.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let region = self
            .region
            .iter()
            .map(|region| ("region", region.code.to_string()));
        let locality = self
            .locality
            .iter()
            .map(|locality| ("locality", locality.to_string()));
        region.chain(locality).collect()
    }

    /// What is known of the place, for a link to a page that asks for the rest.
    pub(crate) fn known(&self) -> Vec<(&'static str, String)> {
        match &self.organization {
            Some(found) => vec![("organization", found.id.to_string())],
            None => self.fields(),
        }
    }

    /// Region and organisation, for a form that begins a way to a provider.
    pub(crate) fn hint(&self) -> Vec<(&'static str, String)> {
        let region = self
            .region
            .iter()
            .map(|region| ("region", region.code.to_string()));
        let organization = self
            .organization
            .iter()
            .map(|found| ("organization", found.id.to_string()));
        region.chain(organization).collect()
    }

    /// Whether the password can be asked for beside the present field.
    pub(crate) fn reaches_organizations(&self) -> bool {
        self.organization.is_some()
            || self
                .view
                .ask
                .as_ref()
                .is_some_and(|ask| ask.field == "organization")
    }

    /// Asks for no more than is known: where a provider comes first it needs the region alone, and
    /// the hits would belong to a form that is not on the page.
    pub(crate) fn ask_no_further(&mut self) {
        if self.region.is_some() {
            self.view.ask = None;
        }
    }

    /// Marks the field that is asked for as left empty.
    pub(crate) fn left_empty(&mut self, t: &Texts) -> Option<(String, &'static str)> {
        let kind = self.kind;
        let ask = self.view.ask.as_mut()?;
        let key = match (ask.field, kind) {
            ("region", _) => "field-region-empty",
            ("locality", _) => "field-locality-empty",
            (_, OrganizationType::School) => "field-organization-empty",
            (_, OrganizationType::Authority) => "field-authority-empty",
        };
        let text = t.text(key);
        ask.error = Some(text.clone());
        Some((text, ask.anchor()))
    }
}

/// Finds the place of a page.
pub(crate) struct PlaceFinder<'a> {
    pub(crate) app: &'a AppState,
    pub(crate) t: &'a Texts,
    /// The page itself.
    pub(crate) path: &'a str,
    pub(crate) kind: OrganizationType,
    /// What each link and search must not forget of the page: its tab, its form, where it leads.
    pub(crate) keep: Vec<(&'static str, String)>,
}

impl PlaceFinder<'_> {
    /// What the query says, else what the browser remembers; then the next field to ask for.
    pub(crate) async fn find(
        &self,
        query: &Fields,
        remembered: &Place,
    ) -> Result<FoundPlace, Problem> {
        let mut found = self.ask_next(query, remembered).await?;
        // «Найти» with nothing typed.
        let blank = query.get("words").is_some() && query.filled("words").is_none();
        if let Some(ask) = found
            .view
            .ask
            .as_mut()
            .filter(|ask| blank && ask.searchable)
        {
            ask.error = Some(self.t.text("field-search-short"));
        }
        Ok(found)
    }

    async fn ask_next(&self, query: &Fields, remembered: &Place) -> Result<FoundPlace, Problem> {
        let own = remembered.kind.is_none_or(|kind| kind == self.kind);
        let fresh = query.get("region").is_some() || query.get("change").is_some();
        let known: Option<OrganizationId> = query
            .parsed("organization")
            .or(remembered.organization.filter(|_| !fresh && own));
        if let Some(id) = known
            && let Some(organization) = self.app.directory().organization(id).await?
            && organization.kind == self.kind
        {
            return Ok(self.settled(organization));
        }
        let remembered_region = remembered.region.clone().filter(|_| !fresh);
        let code = query.parsed("region").or(remembered_region);
        let region = match code {
            Some(code) => self.app.directory().region(&code).await?,
            None => None,
        };
        let words = query.filled("words").unwrap_or_default();
        let words: String = words.chars().take(100).collect();
        let Some(region) = region else {
            return self.ask_region(words).await;
        };
        let remembered_locality = remembered.locality.clone().filter(|_| !fresh && own);
        let locality = query.parsed("locality").or(remembered_locality);
        match (self.kind, locality) {
            (OrganizationType::School, None) => self.ask_locality(region, words).await,
            (OrganizationType::School, locality) => {
                self.ask_organization(region, locality, words).await
            }
            (OrganizationType::Authority, _) => self.ask_organization(region, None, words).await,
        }
    }

    fn href(&self, pairs: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.keep);
        query.extend_pairs(pairs);
        format!("{}?{}", self.path, query.finish())
    }

    /// The hidden fields of a search: the page's own, and those of the field.
    fn hidden(&self, own: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
        self.keep.iter().cloned().chain(own).collect()
    }

    fn heading(&self) -> String {
        self.t.text(match self.kind {
            OrganizationType::School => "page-sign-in-place",
            OrganizationType::Authority => "page-sign-in-place-authority",
        })
    }

    fn organization_term(&self) -> String {
        self.t.text(match self.kind {
            OrganizationType::School => "page-sign-in-organization",
            OrganizationType::Authority => "page-sign-in-authority",
        })
    }

    fn found(
        &self,
        region: Option<Region>,
        locality: Option<Locality>,
        chosen: Vec<Chosen>,
        ask: Ask,
    ) -> FoundPlace {
        FoundPlace {
            view: PlaceView {
                heading: self.heading(),
                chosen,
                ask: Some(ask),
            },
            kind: self.kind,
            region,
            locality,
            organization: None,
        }
    }

    /// The organisation is known: one line.
    fn settled(&self, organization: Organization) -> FoundPlace {
        let change = match self.kind {
            OrganizationType::School => "action-change-organization",
            OrganizationType::Authority => "action-change-authority",
        };
        let region = organization.region.code.as_str();
        let locality = organization.locality.as_str();
        let href = match self.kind {
            OrganizationType::School => self.href(&[("region", region), ("locality", locality)]),
            OrganizationType::Authority => self.href(&[("region", region)]),
        };
        FoundPlace {
            view: PlaceView {
                heading: self.heading(),
                chosen: vec![Chosen {
                    term: self.organization_term(),
                    value: organization.name.to_string(),
                    change: self.t.text(change),
                    href,
                }],
                ask: None,
            },
            kind: self.kind,
            region: Some(organization.region.clone()),
            locality: Some(organization.locality.clone()),
            organization: Some(organization),
        }
    }
}
