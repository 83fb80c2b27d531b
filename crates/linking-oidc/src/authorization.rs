//! The address to which the browser goes.

use std::borrow::Cow;

use oauth2::{AuthUrl, ClientId, CsrfToken, RedirectUrl, Scope, basic::BasicClient};
use thiserror::Error;
use url::Url;

use crate::CodeVerifier;

/// A configured endpoint or redirect address is no absolute URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`{0}` is not an absolute URL")]
pub struct EndpointError(pub(crate) &'static str);

/// An authorisation request by redirect, `response_type=code` (RFC 6749 4.1.1).
#[derive(Debug)]
pub struct AuthorizationRequest<'a> {
    /// The provider's authorisation endpoint.
    pub endpoint: &'a Url,
    /// Our name there.
    pub client_id: &'a str,
    /// Our callback address, as registered, octet by octet.
    pub redirect_uri: &'a str,
    /// Scopes, separated by one blank; sent as it stands.
    pub scope: &'a str,
    /// Leads the answer back to the flow.
    pub state: &'a str,
    /// With PKCE: the challenge of this verifier goes along.
    pub verifier: Option<&'a CodeVerifier>,
    /// What the provider wants beside that.
    pub extra: Vec<(&'static str, String)>,
}

impl AuthorizationRequest<'_> {
    /// The address with its query; blanks become `+`, and a `+` becomes `%2B`. It carries the
    /// state: do not log it.
    ///
    /// # Errors
    /// [`EndpointError`] if the redirect address is no URL.
    pub fn url(&self) -> Result<Url, EndpointError> {
        let redirect = RedirectUrl::new(self.redirect_uri.to_owned())
            .map_err(|_| EndpointError("redirect_uri"))?;
        let client = BasicClient::new(ClientId::new(self.client_id.to_owned()))
            .set_auth_uri(AuthUrl::from_url(self.endpoint.clone()));
        let state = CsrfToken::new(self.state.to_owned());
        let mut request = client
            .authorize_url(|| state)
            .set_redirect_uri(Cow::Owned(redirect))
            .add_scope(Scope::new(self.scope.to_owned()));
        if let Some(verifier) = self.verifier {
            request = request.set_pkce_challenge(verifier.challenge());
        }
        for (name, value) in &self.extra {
            request = request.add_extra_param(*name, value);
        }
        Ok(request.url().0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_address_carries_each_parameter_once_and_a_plus_as_2b() {
        let endpoint = Url::parse("https://esia.example/aas/oauth2/v2/ac").unwrap();
        let verifier =
            CodeVerifier::from_text("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let mut request = AuthorizationRequest {
            endpoint: &endpoint,
            client_id: "SIM001",
            redirect_uri: "https://school.example/callback",
            scope: "openid fullname",
            state: "6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e",
            verifier: None,
            extra: vec![("timestamp", "2026.01.15 12:30:45 +0300".to_owned())],
        };
        let url = request.url().unwrap();
        assert!(
            url.as_str()
                .contains("timestamp=2026.01.15+12%3A30%3A45+%2B0300"),
            "{url}"
        );
        assert!(!url.as_str().contains("code_challenge"));
        request.verifier = Some(&verifier);
        let url = request.url().unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let map: BTreeMap<_, _> = pairs.iter().cloned().collect();
        assert_eq!(pairs.len(), map.len(), "a parameter stands twice");
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "SIM001"),
            ("redirect_uri", "https://school.example/callback"),
            ("scope", "openid fullname"),
            ("state", "6f1c8d3e-5b0a-4c57-9d0e-2a7b1f3c4d5e"),
            ("timestamp", "2026.01.15 12:30:45 +0300"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(map.get(name).map(String::as_str), Some(value), "{name}");
        }
    }
}
