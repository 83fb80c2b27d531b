//! Builds what is sent to ESIA: pure functions.

use http::{Method, Request, header};
use linking_core::{
    provider::{HttpsUrl, ProviderError, ProviderErrorKind},
    secret::SecretText,
    time::Timestamp,
};
use url::Url;
use uuid::Uuid;

use crate::{claims::Oid, settings::Protocol};

/// `yyyy.MM.dd HH:mm:ss Z` in UTC (`esia.md` 3.2).
pub(crate) fn timestamp(at: Timestamp) -> String {
    at.format("%Y.%m.%d %H:%M:%S +0000").to_string()
}

/// What is signed: the parts without separators, not percent-encoded (`esia.md` 3.3).
pub(crate) struct Signed<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) state: Uuid,
    pub(crate) redirect_uri: &'a str,
    pub(crate) code: Option<&'a SecretText>,
}

impl Signed<'_> {
    /// In the order of the protocol. The older one signs neither the address nor the code.
    pub(crate) fn text(&self, protocol: Protocol) -> String {
        let Self {
            client_id,
            scope,
            timestamp,
            state,
            redirect_uri,
            code,
        } = self;
        let code = code.map_or("", SecretText::expose);
        match protocol {
            Protocol::V1 => format!("{scope}{timestamp}{client_id}{state}"),
            Protocol::V2 => format!("{client_id}{scope}{timestamp}{state}{redirect_uri}{code}"),
        }
    }
}

impl Protocol {
    /// Where the browser goes.
    pub(crate) const fn authorization_path(self) -> &'static str {
        match self {
            Self::V1 => "/aas/oauth2/ac",
            Self::V2 => "/aas/oauth2/v2/ac",
        }
    }

    /// Where the code is redeemed.
    pub(crate) const fn token_path(self) -> &'static str {
        match self {
            Self::V1 => "/aas/oauth2/te",
            Self::V2 => "/aas/oauth2/v3/te",
        }
    }
}

/// A path of ESIA under a base address, with a query if need be.
pub(crate) fn endpoint(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The address that ends ESIA's session (`esia.md` 9): the parameter is `redirect_url`.
pub(crate) fn sign_out(base: &Url, client_id: &str, return_to: &HttpsUrl) -> Option<HttpsUrl> {
    let mut url = endpoint(base, "/idp/ext/Logout");
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("redirect_url", return_to.as_str());
    url.as_str().parse().ok()
}

/// Person data that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    /// The person.
    Person,
    /// The person with the contacts as objects (`esia.md` 2.3).
    PersonWithContacts,
    /// The person's contacts alone, as objects (`esia.md` 6.1).
    Contacts,
}

/// A REST request for a person (`esia.md` 6.1). Parentheses are sent as they are.
pub(crate) fn person_data(
    base: &Url,
    subject: Oid,
    what: Collection,
    token: &SecretText,
) -> Result<Request<Vec<u8>>, ProviderError> {
    let (more, embed) = match what {
        Collection::Person => ("", None),
        Collection::PersonWithContacts => ("", Some("embed=(contacts.elements)")),
        Collection::Contacts => ("/ctts", Some("embed=(elements)")),
    };
    let mut url = endpoint(base, &format!("/rs/prns/{subject}{more}"));
    url.set_query(embed);
    Request::builder()
        .method(Method::GET)
        .uri(url.as_str())
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
        .body(Vec::new())
        .map_err(|_| {
            // A token is checked before, so that it has only letters that a header takes.
            ProviderError::new(
                ProviderErrorKind::AnswerInvalid,
                "person data: unusable token",
            )
        })
}

/// Asks for nothing but the clock.
pub(crate) fn clock(base: &Url) -> Result<Request<Vec<u8>>, ProviderError> {
    Request::builder()
        .method(Method::HEAD)
        .uri(endpoint(base, "/").as_str())
        .body(Vec::new())
        .map_err(|_| {
            ProviderError::new(ProviderErrorKind::Configuration, "back-base is no address")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `esia.md` 5.5.
    #[test]
    fn the_signed_text_is_that_of_the_reference() {
        let signed = Signed {
            client_id: "SIM001",
            scope: "openid fullname",
            timestamp: "2026.01.15 12:30:45 +0300",
            state: "6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e".parse().unwrap(),
            redirect_uri: "https://sim.example/esia/callback",
            code: None,
        };
        let text = signed.text(Protocol::V2);
        assert_eq!(
            text,
            "SIM001openid fullname2026.01.15 12:30:45 +03006f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5ehttps://sim.example/esia/callback"
        );
        assert_eq!(text.len(), 115);
        let code = SecretText::new("CODE".to_owned());
        assert_eq!(
            Signed {
                code: Some(&code),
                ..signed
            }
            .text(Protocol::V2),
            format!("{text}CODE")
        );
    }

    /// `esia.md` 3.3, the order of a recorded request.
    #[test]
    fn the_older_protocol_signs_other_parts_in_another_order() {
        let code = SecretText::new("CODE".to_owned());
        let signed = Signed {
            client_id: "SIM001",
            scope: "openid fullname",
            timestamp: "2026.01.15 12:30:45 +0300",
            state: "6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e".parse().unwrap(),
            redirect_uri: "https://sim.example/esia/callback",
            code: Some(&code),
        };
        assert_eq!(
            signed.text(Protocol::V1),
            "openid fullname2026.01.15 12:30:45 +0300SIM0016f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e"
        );
    }

    #[test]
    fn a_timestamp_has_the_form_of_the_reference() {
        let at: Timestamp = "2026-01-05T09:03:05.999Z".parse().unwrap();
        assert_eq!(timestamp(at), "2026.01.05 09:03:05 +0000");
    }

    #[test]
    fn sign_out_names_the_way_back_by_redirect_url() {
        let base = Url::parse("https://esia.example").unwrap();
        let back: HttpsUrl = "https://school.example/out?x=1&y=2".parse().unwrap();
        assert_eq!(
            sign_out(&base, "SIM001", &back).unwrap().as_str(),
            "https://esia.example/idp/ext/Logout?client_id=SIM001&redirect_url=https%3A%2F%2Fschool.example%2Fout%3Fx%3D1%26y%3D2"
        );
    }

    #[test]
    fn person_data_are_asked_by_the_subject() {
        let base = Url::parse("https://esia.example/").unwrap();
        let token = SecretText::new("a.b.c".to_owned());
        let oid: Oid = serde_json::from_str("1000000001").unwrap();
        let request = person_data(&base, oid, Collection::Contacts, &token).unwrap();
        assert_eq!(
            request.uri().to_string(),
            "https://esia.example/rs/prns/1000000001/ctts?embed=(elements)"
        );
        assert_eq!(request.headers()["authorization"], "Bearer a.b.c");
        let request = person_data(&base, oid, Collection::PersonWithContacts, &token).unwrap();
        assert_eq!(
            request.uri().to_string(),
            "https://esia.example/rs/prns/1000000001?embed=(contacts.elements)"
        );
        let request = person_data(&base, oid, Collection::Person, &token).unwrap();
        assert_eq!(
            request.uri().to_string(),
            "https://esia.example/rs/prns/1000000001"
        );
    }
}
