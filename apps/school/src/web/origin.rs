//! Origins of other sites to which a form of ours may lead.

use std::fmt;

use linking_core::provider::HttpsUrl;

/// Scheme, host and port, written as browsers write them: lower case, no default port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// The origin of an address; none if its host is not plain enough for a header.
    #[must_use]
    pub fn of(url: &HttpsUrl) -> Option<Self> {
        let (scheme, rest) = url.as_str().split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        (!authority.is_empty() && authority.chars().all(plain))
            .then(|| Self(format!("{scheme}://{authority}")))
    }

    /// The origin's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (address, origin) in [
            (
                "https://Esia.Example.org:443/aas?x=1",
                "https://esia.example.org",
            ),
            ("http://127.0.0.1:8081/", "http://127.0.0.1:8081"),
            ("https://esia.example:8443", "https://esia.example:8443"),
        ] {
            let found = WebOrigin::of(&address.parse().unwrap()).unwrap();
            assert_eq!(found.as_str(), origin);
        }
    }

    #[test]
    fn a_host_that_could_add_to_a_policy_is_refused() {
        assert!(WebOrigin::of(&"https://a;script-src".parse().unwrap()).is_none());
        assert!(WebOrigin::of(&"https://'none'".parse().unwrap()).is_none());
    }
}
