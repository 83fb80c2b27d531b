//! In which language a request is answered: the one that the person chose, else the one that the
//! browser likes best, else the installation's.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    i18n::Language,
    web::cookies::{self, CookieName},
};

/// The language for a request's headers.
pub(crate) fn of(headers: &HeaderMap, installation: Language) -> Language {
    let chosen = cookies::read(headers, CookieName::Language).and_then(Language::from_code);
    let accepted = || {
        let lines: Vec<&str> = headers
            .get_all(header::ACCEPT_LANGUAGE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect();
        Language::accepted(&lines.join(","))
    };
    chosen.or_else(accepted).unwrap_or(installation)
}

/// Says of an answer with words in which language they are, and on what that hung.
pub(crate) fn tell(headers: &mut HeaderMap, language: Language) {
    let words = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            kind.starts_with("text/html")
                || matches!(kind, "application/json" | "application/problem+json")
        });
    if words {
        for (name, value) in [
            (header::CONTENT_LANGUAGE, language.code()),
            (header::VARY, "Accept-Language, Cookie"),
        ] {
            let (name, value): (HeaderName, _) = (name, HeaderValue::from_static(value));
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(pairs: &[(&'static str, &'static str)]) -> Language {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        of(&headers, Language::Russian)
    }

    #[test]
    fn the_persons_choice_goes_before_the_browsers() {
        let english = ("accept-language", "en-GB, ru;q=0.2");
        assert_eq!(language(&[english]), Language::English);
        assert_eq!(
            language(&[english, ("cookie", "__Host-language=ru")]),
            Language::Russian
        );
        assert_eq!(
            language(&[("cookie", "__Host-language=en")]),
            Language::English
        );
        // A spoilt cookie chooses nothing, and of two neither does.
        assert_eq!(
            language(&[english, ("cookie", "__Host-language=tlh")]),
            Language::English
        );
        let two = ("cookie", "__Host-language=en; __Host-language=en");
        assert_eq!(language(&[two]), Language::Russian);
    }

    #[test]
    fn an_unknown_language_is_the_installations() {
        assert_eq!(language(&[]), Language::Russian);
        let german = HeaderMap::from_iter([(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_static("de, fr;q=0.3"),
        )]);
        assert_eq!(of(&german, Language::English), Language::English);
    }
}
