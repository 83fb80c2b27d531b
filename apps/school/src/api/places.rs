//! Public lists: regions, localities, organisations, what the sign-in page offers, consent texts.

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use linking_core::{
    policy::SignInWish,
    ports::OrganizationSearch,
    region::{Locality, Region, RegionCode},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{
        body::{Exact, Query, Text, exact, request},
        shapes::{KindShape, OrganizationShape, RegionShape},
        trouble::Trouble,
    },
    pages::{
        help::consents,
        place::{COUNTED, SHOWN, named_like},
    },
    web::{problem::Problem, state::AppState},
};

request! {
    /// The words of a search.
    #[derive(IntoParams)]
    #[into_params(parameter_in = Query)]
    WordsQuery {
        /// Words of the name; all of them must be there.
        #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
        #[schema(value_type = Option<String>)]
        words: Option<Text<100>>,
    }
}

request! {
    /// The search for a locality.
    #[derive(IntoParams)]
    #[into_params(parameter_in = Query)]
    LocalitiesQuery {
        /// Of which organisations.
        #[param(inline)]
        kind: KindShape,
        /// A part of the name.
        #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
        #[schema(value_type = Option<String>)]
        words: Option<Text<100>>,
    }
}

request! {
    /// The search for an organisation.
    #[derive(IntoParams)]
    #[into_params(parameter_in = Query)]
    OrganizationsQuery {
        /// Which.
        #[param(inline)]
        kind: KindShape,
        /// In which locality, as the list of localities writes it.
        #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
        #[schema(value_type = Option<String>)]
        locality: Option<Text<100>>,
        /// Words of the name; all of them must be there.
        #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
        #[schema(value_type = Option<String>)]
        words: Option<Text<100>>,
    }
}

/// Words as they are looked for: signs that nobody sees are left out.
fn words(typed: Option<Text<100>>) -> String {
    let typed = typed.map(|text| text.0).unwrap_or_default();
    let seen: String = typed.chars().filter(|c| !c.is_control()).collect();
    seen.trim().to_owned()
}

/// The region of an address; one that is not there is not found.
async fn region(app: &AppState, code: &str) -> Result<Region, Trouble> {
    let code: RegionCode = exact(code).ok_or(Problem::NotFound)?;
    let found = app.directory().region(&code).await?;
    Ok(found.ok_or(Problem::NotFound)?)
}

/// Regions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Regions)]
pub(super) struct RegionsShape {
    regions: Vec<RegionShape>,
}

/// The regions of the installation.
#[utoipa::path(get, path = "/api/v1/regions", params(WordsQuery),
    responses((status = 200, body = RegionsShape)))]
pub(super) async fn regions(
    State(app): State<AppState>,
    Query(query): Query<WordsQuery>,
) -> Result<Answer<RegionsShape>, Trouble> {
    let regions = app.directory().regions().await?;
    let found = named_like(&regions, &words(query.words));
    Ok(Answer(RegionsShape {
        regions: found.into_iter().map(RegionShape::from).collect(),
    }))
}

/// Localities: at most twenty, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Localities)]
pub(super) struct LocalitiesShape {
    /// How many were found; counted up to two hundred.
    total: u64,
    localities: Vec<String>,
}

/// The localities of a region in which there are organisations: the first twenty.
#[utoipa::path(get, path = "/api/v1/regions/{region}/localities", params(LocalitiesQuery),
    responses((status = 200, body = LocalitiesShape)))]
pub(super) async fn localities(
    State(app): State<AppState>,
    Path(code): Path<String>,
    Query(query): Query<LocalitiesQuery>,
) -> Result<Answer<LocalitiesShape>, Trouble> {
    let region = region(&app, &code).await?;
    let found = app
        .directory()
        .localities(
            &region.code,
            query.kind.into(),
            &words(query.words),
            COUNTED,
        )
        .await?;
    Ok(Answer(LocalitiesShape {
        total: u64::try_from(found.len()).unwrap_or(u64::MAX),
        localities: found
            .iter()
            .take(SHOWN.into())
            .map(ToString::to_string)
            .collect(),
    }))
}

/// Organisations: at most twenty, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Organizations)]
pub(super) struct OrganizationsShape {
    total: u64,
    organizations: Vec<OrganizationShape>,
}

/// The organisations of a region: the first twenty by name.
#[utoipa::path(get, path = "/api/v1/regions/{region}/organizations", params(OrganizationsQuery),
    responses((status = 200, body = OrganizationsShape)))]
pub(super) async fn organizations(
    State(app): State<AppState>,
    Path(code): Path<String>,
    Query(query): Query<OrganizationsQuery>,
) -> Result<Answer<OrganizationsShape>, Trouble> {
    let region = region(&app, &code).await?;
    let locality = match query.locality {
        None => None,
        Some(text) => match text.0.parse::<Locality>() {
            Ok(locality) => Some(locality),
            // No locality is called so, and none has an organisation.
            Err(_) => {
                return Ok(Answer(OrganizationsShape {
                    total: 0,
                    organizations: Vec::new(),
                }));
            }
        },
    };
    let search = OrganizationSearch {
        region: region.code,
        locality,
        kind: query.kind.into(),
        words: words(query.words),
        limit: SHOWN,
    };
    let page = app.directory().organizations(&search).await?;
    Ok(Answer(OrganizationsShape {
        total: page.total,
        organizations: page.first.iter().map(OrganizationShape::from).collect(),
    }))
}

/// What the sign-in page of a region offers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInOffer)]
pub(super) struct OfferShape {
    /// Whether the local password opens.
    password: bool,
    /// The provider that stands before the local form.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    /// The other providers.
    providers: Vec<String>,
    /// Whether a letter restores a forgotten password; else the school gives a new one.
    letters: bool,
}

/// By what one can sign in in a region.
#[utoipa::path(get, path = "/api/v1/regions/{region}/ways",
    responses((status = 200, body = OfferShape)))]
pub(super) async fn sign_in_ways(
    State(app): State<AppState>,
    Path(code): Path<String>,
) -> Result<Answer<OfferShape>, Trouble> {
    let region = region(&app, &code).await?;
    let linking = app.linking();
    let policy = linking.policies().of_region(&region.code);
    let offer = policy.sign_in_offer(SignInWish::Nothing, |id| linking.provider(id).is_some());
    Ok(Answer(OfferShape {
        password: offer.local,
        first: offer.first.map(|provider| provider.to_string()),
        providers: offer.beside.iter().map(ToString::to_string).collect(),
        letters: app.site().writes_letters,
    }))
}

/// The very text that people agree to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentText)]
pub(super) struct ConsentTextShape {
    version: String,
    /// SHA-256 of the text, in hex.
    digest: String,
    text: String,
}

/// A consent text by its version, an older one too.
#[utoipa::path(get, path = "/api/v1/consent-texts/{version}",
    responses((status = 200, body = ConsentTextShape)))]
pub(super) async fn consent_text(
    State(app): State<AppState>,
    Path(version): Path<String>,
) -> Result<Answer<ConsentTextShape>, Trouble> {
    let document = consents(&app)
        .find(|document| document.text.version == version)
        .ok_or(Problem::NotFound)?;
    Ok(Answer(ConsentTextShape {
        version,
        digest: document.text.digest.clone(),
        text: document.body.clone(),
    }))
}

/// The type of identifiers in bodies, so that the lists above and the bodies agree.
pub(super) type OrganizationRef = Exact<linking_core::ids::OrganizationId>;
