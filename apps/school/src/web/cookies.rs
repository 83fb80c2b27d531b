//! Our cookies: few, `__Host-`, and believed only if they come alone (`threats.md` A5).

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;
use linking_core::{secret::Secret256, time::SESSION_LIFE};

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieName {
    /// The browser's own secret: flows, sessions and forms are bound to it.
    Browser,
    /// The session's secret.
    Session,
    /// The last chosen place and what was begun last; nothing of a person.
    Place,
    /// What to go on with after a step-up at a provider; a word of a closed list.
    Next,
    /// The language that the person chose.
    Language,
    /// What the last press led to, sealed, for the page that tells it.
    Told,
}

impl CookieName {
    /// Every cookie that the program may set.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] = [
        Self::Browser,
        Self::Session,
        Self::Place,
        Self::Next,
        Self::Language,
        Self::Told,
    ];

    /// Its name. The prefix makes browsers refuse one that another host has set.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "__Host-browser",
            Self::Session => "__Host-session",
            Self::Place => "__Host-place",
            Self::Next => "__Host-next",
            Self::Language => "__Host-language",
            Self::Told => "__Host-told",
        }
    }

    const fn life(self) -> TimeDelta {
        match self {
            // The longest that browsers take; it must outlive every session.
            Self::Browser | Self::Place | Self::Language => TimeDelta::days(400),
            Self::Session => SESSION_LIFE,
            Self::Next => TimeDelta::minutes(30),
            // Shown by the very next request.
            Self::Told => TimeDelta::minutes(5),
        }
    }
}

/// The cookie's value, if exactly one of that name came.
pub(crate) fn read(headers: &HeaderMap, name: CookieName) -> Option<&str> {
    let mut found = None;
    for pair in headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
    {
        let (key, value) = pair.trim().split_once('=').unwrap_or_default();
        if key == name.as_str() {
            if found.is_some() {
                return None;
            }
            found = Some(value);
        }
    }
    found
}

/// Whether a cookie of that name came at all.
pub(crate) fn came(headers: &HeaderMap, name: CookieName) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(key, _)| key == name.as_str())
}

/// The secret that a cookie carries.
pub(crate) fn secret(headers: &HeaderMap, name: CookieName) -> Option<Secret256> {
    read(headers, name).and_then(Secret256::from_hex)
}

/// Sets a cookie. The value must be visible ASCII without a semicolon; else nothing is set.
pub(crate) fn set(headers: &mut HeaderMap, name: CookieName, value: &str) {
    let seconds = name.life().num_seconds();
    put(headers, name, value, Some(seconds));
}

/// Sets a cookie that the browser forgets when it is closed: for shared computers.
pub(crate) fn set_until_closed(headers: &mut HeaderMap, name: CookieName, value: &str) {
    put(headers, name, value, None);
}

/// Takes a cookie away.
pub(crate) fn remove(headers: &mut HeaderMap, name: CookieName) {
    put(headers, name, "", Some(0));
}

fn put(headers: &mut HeaderMap, name: CookieName, value: &str, seconds: Option<i64>) {
    if !value.bytes().all(|b| b.is_ascii_graphic() && b != b';') {
        return;
    }
    let life = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!(
        "{}={value}{life}; Path=/; Secure; HttpOnly; SameSite=Lax",
        name.as_str()
    );
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in cookies {
            headers.append(header::COOKIE, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a5_of_two_cookies_neither_is_believed() {
        let one = with(&["a=1; __Host-session=x; b=2"]);
        assert_eq!(read(&one, CookieName::Session), Some("x"));
        for two in [
            with(&["__Host-session=x; __Host-session=y"]),
            with(&["__Host-session=y; __Host-session=x"]),
            with(&["__Host-session=x", "__Host-session=x"]),
        ] {
            assert_eq!(read(&two, CookieName::Session), None);
            assert!(came(&two, CookieName::Session));
        }
    }

    #[test]
    fn a5_an_unprefixed_twin_is_ignored() {
        let twin = with(&["session=evil; __host-session=evil; __Secure-session=evil"]);
        assert_eq!(read(&twin, CookieName::Session), None);
        assert!(!came(&twin, CookieName::Session));
    }

    #[test]
    fn a5_every_cookie_has_prefix_and_attributes() {
        for name in CookieName::ALL {
            assert!(name.as_str().starts_with("__Host-"));
            let mut headers = HeaderMap::new();
            set(&mut headers, name, "value");
            set_until_closed(&mut headers, name, "value");
            remove(&mut headers, name);
            for cookie in headers.get_all(header::SET_COOKIE) {
                let text = cookie.to_str().unwrap();
                for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                    assert!(text.contains(part), "{text}");
                }
                assert!(!text.contains("Domain"), "{text}");
            }
        }
    }

    #[test]
    fn a_value_that_could_add_attributes_is_not_set() {
        let mut headers = HeaderMap::new();
        set(&mut headers, CookieName::Place, "x; Domain=evil");
        assert!(headers.is_empty());
    }
}
