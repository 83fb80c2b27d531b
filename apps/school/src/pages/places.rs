//! The live search of the pickers: public lists, as JSON to our own script.

use axum::{Json, extract::State};
use linking_core::{
    ports::OrganizationSearch,
    region::{Locality, OrganizationType, RegionCode},
};
use serde::Serialize;

use crate::{
    i18n::Args,
    pages::place::SHOWN,
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

fn answer(app: &AppState, total: u64, hits: Vec<Hit>) -> Json<Hits> {
    let count = u32::try_from(total).unwrap_or(u32::MAX);
    let t = app.texts();
    let said = if count == 0 {
        t.text("field-search-nothing")
    } else {
        t.text_with(
            "field-search-live",
            &Args::new().with_number("count", count),
        )
    };
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
    query: Query,
) -> Result<Json<Hits>, Problem> {
    let words = words(&query).to_lowercase();
    let mut regions = app.directory().regions().await?;
    regions.retain(|region| region.name.as_str().to_lowercase().contains(&words));
    let total = u64::try_from(regions.len()).unwrap_or(u64::MAX);
    let hits = regions
        .into_iter()
        .take(usize::from(SHOWN))
        .map(|region| Hit {
            value: region.code.to_string(),
            text: region.name.to_string(),
            note: String::new(),
        })
        .collect();
    Ok(answer(&app, total, hits))
}

/// GET `/places/localities?region=&kind=&words=`.
pub(crate) async fn localities(
    State(app): State<AppState>,
    query: Query,
) -> Result<Json<Hits>, Problem> {
    let (region, kind, words) = scope(&query)?;
    let found = app
        .directory()
        .localities(&region, kind, &words, SHOWN)
        .await?;
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let hits = found
        .into_iter()
        .map(|locality| Hit {
            value: locality.to_string(),
            text: locality.to_string(),
            note: String::new(),
        })
        .collect();
    Ok(answer(&app, total, hits))
}

/// GET `/places/organizations?region=&locality=&kind=&words=`.
pub(crate) async fn organizations(
    State(app): State<AppState>,
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
    Ok(answer(&app, page.total, hits))
}
