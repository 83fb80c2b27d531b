//! «English», «Русский»: the same page in the other language. The choice is kept in a cookie, and
//! nothing else changes.

use axum::{
    extract::State,
    http::{HeaderMap, header},
};

use crate::{
    i18n::Language,
    pages::frame::see,
    web::{
        cookies::{self, CookieName},
        fields::Form,
        here::Here,
        problem::{PageResult, Problem},
        state::AppState,
    },
};

/// POST `/language`.
pub(crate) async fn choose(
    State(app): State<AppState>,
    headers: HeaderMap,
    form: Form,
) -> PageResult {
    let fields = form.only(&["language"])?;
    let language = fields
        .get("language")
        .and_then(Language::from_code)
        .ok_or(Problem::BadRequest)?;
    let referer = headers
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok());
    let here = Here::of(referer, &app.site().public_address.origin());
    let mut response = see(here.as_str());
    let headers = response.headers_mut();
    cookies::set(headers, CookieName::Language, language.code());
    Ok(response)
}
