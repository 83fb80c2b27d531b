//! Style, script and pictures, inside the program. Addresses carry the digest of the content, so
//! that browsers may keep them for good.

use std::sync::LazyLock;

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::web::{problem::Problem, state::AppState};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 3] = [
    Asset {
        name: "svyazka.css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../static/svyazka.css"),
    },
    Asset {
        name: "forms.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/forms.js"),
    },
    Asset {
        name: "icon.svg",
        media_type: "image/svg+xml",
        bytes: include_bytes!("../../static/icon.svg"),
    },
];

/// `/static/svyazka-0123abcd.css` for each asset, in their order.
static ADDRESSES: LazyLock<Vec<String>> = LazyLock::new(|| {
    ASSETS
        .iter()
        .map(|asset| {
            let digest = hex::encode(Sha256::digest(asset.bytes));
            let short: String = digest.chars().take(8).collect();
            let (stem, ending) = asset.name.split_once('.').unwrap_or((asset.name, ""));
            format!("/static/{stem}-{short}.{ending}")
        })
        .collect()
});

/// The address of an asset by its name in the source; `/static/` for one that is not there.
pub(crate) fn address(name: &str) -> &'static str {
    ASSETS
        .iter()
        .zip(ADDRESSES.iter())
        .find(|(asset, _)| asset.name == name)
        .map_or("/static/", |(_, address)| address.as_str())
}

/// GET `/static/{file}`.
pub(crate) async fn serve(Path(file): Path<String>) -> Result<Response, Problem> {
    let wanted = format!("/static/{file}");
    let (asset, _) = ASSETS
        .iter()
        .zip(ADDRESSES.iter())
        .find(|(_, address)| **address == wanted)
        .ok_or(Problem::NotFound)?;
    Ok(answer(
        asset.bytes,
        asset.media_type,
        "public, max-age=31536000, immutable",
    ))
}

/// GET `/static/logo`: the region's own picture.
pub(crate) async fn logo(State(app): State<AppState>) -> Result<Response, Problem> {
    let logo = app.site().diary.logo.as_ref().ok_or(Problem::NotFound)?;
    let mut response = answer(&[], logo.media_type, "public, max-age=3600");
    *response.body_mut() = logo.bytes.clone().into();
    Ok(response)
}

fn answer(bytes: &'static [u8], media_type: &'static str, cache: &'static str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
