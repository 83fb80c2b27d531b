//! The live search of the pickers: public lists, as JSON to our own script.

use axum::{Extension, Json, extract::State};
use linking_core::{
    ports::OrganizationSearch,
    region::{Locality, OrganizationType, RegionCode},
};
use serde::Serialize;

use crate::{
    i18n::Language,
    pages::place::{COUNTED, SHOWN, named_like, nothing_found, result_heading},
    web::{fields::Query, place::kind_from_code, problem::Problem, state::AppState},
};

/// One hit.
#[derive(Debug, Serialize)]
pub(crate) struct Hit {
    /// What the field is to hold.
    value: String,
    /// What the person reads.
    text: String,
    /// What tells hits of one name apart.
    note: String,
}

/// The first hits.
#[derive(Debug, Serialize)]
pub(crate) struct Hits {
    /// «Нашлось 2», for the live region.
    said: String,
    /// At most twenty.
    hits: Vec<Hit>,
}

fn answer(
    app: &AppState,
    reader: Language,
    total: usize,
    nothing: &str,
    hits: Vec<Hit>,
) -> Json<Hits> {
    let said = result_heading(&app.texts(reader), total, "field-search-live", nothing);
    Json(Hits { said, hits })
}

/// The searched part of a query, and its words.
fn scope(query: &Query) -> Result<(RegionCode, OrganizationType, String), Problem> {
    let fields = &query.0;
    let region = fields.parsed("region").ok_or(Problem::BadRequest)?;
    let kind = fields
        .get("kind")
        .and_then(kind_from_code)
        .ok_or(Problem::BadRequest)?;
    Ok((region, kind, words(query)))
}

fn words(query: &Query) -> String {
    let words = query.0.filled("words").unwrap_or_default();
    words.chars().take(100).collect()
}

/// GET `/places/regions?words=`.
pub(crate) async fn regions(
    State(app): State<AppState>,
    Extension(reader): Extension<Language>,
    query: Query,
) -> Result<Json<Hits>, Problem> {
    let regions = app.directory().regions().await?;
    let found = named_like(&regions, &words(&query));
    let total = found.len();
    let hits = found
        .into_iter()
        .take(usize::from(SHOWN))
        .map(|region| Hit {
            value: region.code.to_string(),
            text: region.name.to_string(),
            note: String::new(),
        })
        .collect();
    let nothing = nothing_found("region", OrganizationType::School);
    Ok(answer(&app, reader, total, nothing, hits))
}

/// GET `/places/localities?region=&kind=&words=`.
pub(crate) async fn localities(
    State(app): State<AppState>,
    Extension(reader): Extension<Language>,
    query: Query,
) -> Result<Json<Hits>, Problem> {
    let (region, kind, words) = scope(&query)?;
    let found = app
        .directory()
        .localities(&region, kind, &words, COUNTED)
        .await?;
    let total = found.len();
    let hits = found
        .into_iter()
        .take(usize::from(SHOWN))
        .map(|locality| Hit {
            value: locality.to_string(),
            text: locality.to_string(),
            note: String::new(),
        })
        .collect();
    let nothing = nothing_found("locality", kind);
    Ok(answer(&app, reader, total, nothing, hits))
}

/// GET `/places/organizations?region=&locality=&kind=&words=`.
pub(crate) async fn organizations(
    State(app): State<AppState>,
    Extension(reader): Extension<Language>,
    query: Query,
) -> Result<Json<Hits>, Problem> {
    let (region, kind, words) = scope(&query)?;
    let locality: Option<Locality> = query.0.parsed("locality");
    let note_needed = locality.is_none();
    let search = OrganizationSearch {
        region,
        locality,
        kind,
        words,
        limit: SHOWN,
    };
    let page = app.directory().organizations(&search).await?;
    let hits = page
        .first
        .into_iter()
        .map(|organization| Hit {
            value: organization.id.to_string(),
            text: organization.name.to_string(),
            note: if note_needed {
                organization.locality.to_string()
            } else {
                String::new()
            },
        })
        .collect();
    let total = usize::try_from(page.total).unwrap_or(usize::MAX);
    let nothing = nothing_found("organization", kind);
    Ok(answer(&app, reader, total, nothing, hits))
}
