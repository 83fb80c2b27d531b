//! The token call (RFC 6749 4.1.3), over our transport.

use std::{borrow::Cow, fmt, future::Future, pin::Pin, sync::OnceLock, time::Duration};

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use linking_core::{secret::SecretText, time::Timestamp};
use linking_http::{HttpTransport, TransportError};
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret,
    EndpointNotSet, HttpRequest, HttpResponse, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::{CodeVerifier, EndpointError};

/// An exchange of a code for tokens, our secret in the body.
#[derive(Debug)]
pub struct CodeExchange<'a> {
    /// The provider's token endpoint.
    pub endpoint: &'a Url,
    /// Our name there.
    pub client_id: &'a str,
    /// Our secret, or what the provider takes for one.
    pub client_secret: &'a SecretText,
    /// The callback address of the authorisation request, octet by octet.
    pub redirect_uri: &'a str,
    /// The code. Spent by this call, also if no answer comes (`threats.md` I2).
    pub code: &'a SecretText,
    /// The PKCE verifier of the authorisation request.
    pub verifier: Option<&'a CodeVerifier>,
    /// What the provider wants beside that.
    pub extra: Vec<(&'static str, String)>,
}

/// The tokens, nothing of them believed yet.
#[derive(Debug)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: SecretText,
    /// The ID token, if the provider gave one.
    pub id_token: Option<SecretText>,
    /// The `state` that the provider gave back, if it did.
    pub state: Option<SecretText>,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenCallError {
    /// No whole answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The provider refused, in the form of RFC 6749 5.2.
    #[error("token call refused with status {status}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Its `error_description`, for codes in it; free text: not to be shown or logged.
        description: SecretText,
        /// The provider's clock, if it gave it.
        date: Option<Timestamp>,
    },
    /// The answer is not one of a token endpoint: a gateway's page, for example.
    #[error("token call answered with status {status} and no JSON of a token endpoint")]
    NotUnderstood {
        /// The HTTP status.
        status: StatusCode,
        /// What came, for a code of the provider in it: not to be shown or logged.
        body: SecretText,
        /// The provider's clock, if it gave it.
        date: Option<Timestamp>,
    },
    /// The tokens are of a kind that we cannot use.
    #[error("token call gave no bearer token")]
    NotBearer,
    /// A configured address is no URL.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

/// The time of an answer by the provider's clock: its `Date` header (RFC 9110 6.6.1).
#[must_use]
pub fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text)
        .ok()
        .map(|date| date.with_timezone(&Utc))
}

type OauthClient<HasToken> = Client<
    BasicErrorResponse,
    Body,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    HasToken,
>;

impl CodeExchange<'_> {
    /// Makes the call, once.
    ///
    /// # Errors
    /// See [`TokenCallError`].
    pub async fn send(&self, transport: &dyn HttpTransport) -> Result<TokenAnswer, TokenCallError> {
        let redirect = RedirectUrl::new(self.redirect_uri.to_owned())
            .map_err(|_| EndpointError("redirect_uri"))?;
        let client = OauthClient::<EndpointNotSet>::new(ClientId::new(self.client_id.to_owned()))
            .set_client_secret(ClientSecret::new(self.client_secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(self.endpoint.clone()));
        let mut request = client
            .exchange_code(AuthorizationCode::new(self.code.expose().to_owned()))
            .set_redirect_uri(Cow::Owned(redirect));
        if let Some(verifier) = self.verifier {
            request = request.set_pkce_verifier(verifier.to_oauth2());
        }
        for (name, value) in &self.extra {
            request = request.add_extra_param(*name, value);
        }
        let way = Way {
            transport,
            seen: OnceLock::new(),
        };
        let answer = request.request_async(&way).await;
        let (status, date) = way.seen.into_inner().unwrap_or((StatusCode::OK, None));
        match answer {
            Ok(body) => body.into_answer(),
            Err(RequestTokenError::Request(error)) => Err(error.into()),
            Err(RequestTokenError::ServerResponse(refusal)) => Err(TokenCallError::Refused {
                status,
                description: SecretText::new(
                    refusal.error_description().cloned().unwrap_or_default(),
                ),
                date,
            }),
            Err(RequestTokenError::Parse(_, body)) => Err(TokenCallError::NotUnderstood {
                status,
                body: SecretText::new(String::from_utf8_lossy(&body).into_owned()),
                date,
            }),
            // It holds a part of the answer; that is left behind.
            Err(RequestTokenError::Other(_)) => Err(TokenCallError::NotUnderstood {
                status,
                body: SecretText::new(String::new()),
                date,
            }),
        }
    }
}

/// Our transport as the client of `oauth2`, which keeps status and clock of the answer to
/// itself.
struct Way<'t> {
    transport: &'t dyn HttpTransport,
    seen: OnceLock<(StatusCode, Option<Timestamp>)>,
}

impl<'c> AsyncHttpClient<'c> for Way<'_> {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.transport.send(request).await?;
            // One call is made, so that the cell is empty.
            let _ = self.seen.set((answer.status(), date_of(answer.headers())));
            Ok(answer)
        })
    }
}

/// The body of a good answer. `expires_in` and `refresh_token` are not read: ESIA writes the
/// first as number or text (`esia.md` 5.2), and nothing outlives the flow.
#[derive(Deserialize, Serialize)]
struct Body {
    access_token: AccessToken,
    #[serde(deserialize_with = "oauth2::helpers::deserialize_untagged_enum_case_insensitive")]
    token_type: BasicTokenType,
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

impl Body {
    fn into_answer(self) -> Result<TokenAnswer, TokenCallError> {
        if self.token_type != BasicTokenType::Bearer {
            return Err(TokenCallError::NotBearer);
        }
        Ok(TokenAnswer {
            access_token: SecretText::new(self.access_token.into_secret()),
            id_token: self.id_token.map(SecretText::new),
            state: self.state.map(SecretText::new),
        })
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[tokens]")
    }
}

impl TokenResponse for Body {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

#[cfg(test)]
mod tests;
