//! Issuer, audience and times of a token whose signature is genuine.

use std::fmt;

use chrono::{DateTime, TimeDelta};
use linking_core::{provider::Issuer, time::Timestamp};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{TokenError, VerifiedJws};

/// How far clocks may differ: 0 to 300 s, usually 60 (`threats.md` B5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leeway(TimeDelta);

impl Leeway {
    /// A leeway in seconds, at most 300.
    #[must_use]
    pub fn from_seconds(seconds: u16) -> Option<Self> {
        (seconds <= 300).then(|| Self(TimeDelta::seconds(i64::from(seconds))))
    }
}

impl Default for Leeway {
    fn default() -> Self {
        Self(TimeDelta::seconds(60))
    }
}

/// Whom a token must be made for.
#[derive(Debug, Clone, Copy)]
pub enum AudienceRule<'a> {
    /// `aud` is our client id and nothing beside it; `azp`, if there is one, is ours too. For ID
    /// tokens (OpenID Connect Core 3.1.3.7).
    Audience(&'a str),
    /// `client_id` is ours, and there is no other `aud` than ours. For access tokens and codes
    /// that carry the client in a claim of that name.
    ClientId(&'a str),
}

/// What a token must say.
#[derive(Debug, Clone)]
pub struct ClaimRules<'a> {
    /// The accepted issuers, octet by octet.
    pub issuers: &'a [Issuer],
    /// Whom it must be made for.
    pub audience: AudienceRule<'a>,
    /// The present time, by the provider's clock as far as it is known.
    pub now: Timestamp,
    /// When the flow began, by the same clock.
    pub begun_at: Timestamp,
    /// How far clocks may differ.
    pub leeway: Leeway,
}

/// Claims of a token whose signature, issuer, audience and times are in order. Made by
/// [`VerifiedJws::judge`] alone.
pub struct Verified<C> {
    claims: C,
}

impl<C> Verified<C> {
    /// The claims.
    pub const fn claims(&self) -> &C {
        &self.claims
    }
}

impl<C> fmt::Debug for Verified<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[verified claims]")
    }
}

/// Registered claims (RFC 7519 4.1). Times are whole numbers of seconds: anything else is
/// refused.
#[derive(Deserialize)]
struct Registered {
    iss: String,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    aud: Option<Audience>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn is_only(&self, client_id: &str) -> bool {
        match self {
            Self::One(one) => one == client_id,
            Self::Many(many) => !many.is_empty() && many.iter().all(|one| one == client_id),
        }
    }
}

impl VerifiedJws {
    /// Judges issuer, audience and times, and gives out the claims.
    ///
    /// # Errors
    /// The first rule that is broken: [`TokenError::Claims`], [`TokenError::Issuer`],
    /// [`TokenError::Audience`], [`TokenError::Expired`], [`TokenError::NotYet`],
    /// [`TokenError::OlderThanFlow`].
    pub fn judge<C: DeserializeOwned>(
        &self,
        rules: &ClaimRules<'_>,
    ) -> Result<Verified<C>, TokenError> {
        let registered: Registered = self.payload()?;
        registered.judge(rules)?;
        Ok(Verified {
            claims: self.payload()?,
        })
    }
}

impl Registered {
    fn judge(&self, rules: &ClaimRules<'_>) -> Result<(), TokenError> {
        if !rules
            .issuers
            .iter()
            .any(|issuer| issuer.as_str() == self.iss)
        {
            return Err(TokenError::Issuer);
        }
        if !self.is_for(rules.audience) {
            return Err(TokenError::Audience);
        }
        let Leeway(leeway) = rules.leeway;
        // Differences, so that no time in a token can overflow.
        let passed = |since: i64| -> Result<TimeDelta, TokenError> {
            let since = DateTime::from_timestamp(since, 0).ok_or(TokenError::Claims)?;
            Ok(rules.now.signed_duration_since(since))
        };
        if passed(self.exp)? > leeway {
            return Err(TokenError::Expired);
        }
        if passed(self.iat)? < -leeway {
            return Err(TokenError::NotYet);
        }
        if let Some(nbf) = self.nbf
            && passed(nbf)? < -leeway
        {
            return Err(TokenError::NotYet);
        }
        let age_of_flow = rules.now.signed_duration_since(rules.begun_at);
        if passed(self.iat)? > age_of_flow + leeway {
            return Err(TokenError::OlderThanFlow);
        }
        Ok(())
    }

    fn is_for(&self, rule: AudienceRule<'_>) -> bool {
        let aud = |ours| self.aud.as_ref().map(|aud| aud.is_only(ours));
        match rule {
            AudienceRule::Audience(ours) => {
                aud(ours) == Some(true) && self.azp.as_deref().is_none_or(|azp| azp == ours)
            }
            AudienceRule::ClientId(ours) => {
                self.client_id.as_deref() == Some(ours) && aud(ours) != Some(false)
            }
        }
    }
}
