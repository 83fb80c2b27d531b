//! The page that a person looks at, to show it once more in another language: always one of our
//! own, and never an answer of a provider (`threats.md` A13).

use linking_core::ids::FlowId;

use crate::{
    router::{ROUTES, Verb},
    web::next::ReturnTo,
};

/// Longer than any address of ours.
const MOST: usize = 2000;

/// The address of a page of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Here(String);

impl Here {
    /// The page on which a form was sent, as the browser names it: its own address, or, where it
    /// came of a form itself, the one from which the person goes on. Pages do not repeat their
    /// address in themselves: what stands in it is the sender's.
    pub(crate) fn of(referer: Option<&str>, origin: &str) -> Self {
        let address = referer
            .and_then(|referer| referer.strip_prefix(origin))
            .filter(|address| address.starts_with('/'))
            .unwrap_or("/");
        Self::parse(address).unwrap_or_else(|| {
            let path = address.split('?').next().unwrap_or_default();
            Self(way_back(path))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let plain = |text: &str, more: &[u8]| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b) || more.contains(&b))
        };
        let sound = text.len() <= MOST && plain(path, b"/") && plain(query, b"=&%+~*");
        (sound && is_page(path)).then(|| Self(text.to_owned()))
    }

    /// The path, with its query.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a GET shows a page there. What a provider sends is read once, under its own address.
fn is_page(path: &str) -> bool {
    let foreign = ["/auth/", "/places/", "/static/"];
    let known = |pattern: &str| {
        let mut parts = path.split('/');
        let fits = pattern.split('/').all(|part| {
            parts.next().is_some_and(|own| {
                part == own || (part.starts_with('{') && !own.trim_matches('.').is_empty())
            })
        });
        fits && parts.next().is_none()
    };
    !foreign.iter().any(|start| path.starts_with(start))
        && ROUTES
            .iter()
            .any(|route| route.verb == Verb::Get && known(route.path))
}

/// Where a person goes on after a problem: to the flow that they were in, else to the start page.
pub(crate) fn way_back(path: &str) -> String {
    let flow = path
        .strip_prefix("/flow/")
        .and_then(|rest| rest.split('/').next())
        .and_then(|id| id.parse::<FlowId>().ok());
    match (flow, path) {
        (Some(id), _) => format!("/flow/{id}"),
        (None, "/sign-in/authority") => path.to_owned(),
        (None, _) if path.starts_with("/sign-in") => "/sign-in".to_owned(),
        (None, _) => ReturnTo::of_path(path).path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://diary.example.ru";

    fn here(address: &str) -> String {
        Here::of(Some(&format!("{ORIGIN}{address}")), ORIGIN).0
    }

    #[test]
    fn a13_a_page_to_come_back_to_is_one_of_our_own() {
        for trick in [
            "//evil.example",
            "/\\evil.example",
            "/%2f%2fevil.example",
            "/flow/../../evil",
            "/flow/./who",
            "/nowhere",
            ".evil.example/help",
            "@evil.example/help",
            ":8080/help",
            "",
            "/help\nSet-Cookie: a=b",
            "/help?to=\u{2215}evil",
            "/auth/gosuslugi/callback?code=secret&state=secret",
            "/places/regions",
            "/static/svyazka.css",
            "/sign-out",
            "/help/school/more",
        ] {
            assert_eq!(here(trick), "/", "{trick}");
        }
        for foreign in [
            "https://evil.example/help",
            "http://diary.example.ru/help",
            "/help",
            "null",
        ] {
            assert_eq!(Here::of(Some(foreign), ORIGIN).0, "/", "{foreign}");
        }
        assert_eq!(Here::of(None, ORIGIN).0, "/");
        for page in [
            "/",
            "/sign-in?region=65&locality=%D0%9B&words=a+b",
            "/flow/flw_018f0000-0000-7000-8000-000000000001/who",
            "/settings/ways/gosuslugi/unlink",
            "/consents/2026-11-en",
        ] {
            assert_eq!(here(page), page);
        }
    }

    #[test]
    fn a_page_that_came_of_a_form_leads_to_the_page_before_it() {
        let flow = FlowId::from_uuid(uuid::Uuid::from_u128(1));
        for (path, page) in [
            (format!("/flow/{flow}/cancel"), format!("/flow/{flow}")),
            ("/sign-in/gosuslugi".to_owned(), "/sign-in".to_owned()),
            ("/settings/sessions/end".to_owned(), "/settings".to_owned()),
        ] {
            assert_eq!(here(&path), page, "{path}");
        }
    }
}
