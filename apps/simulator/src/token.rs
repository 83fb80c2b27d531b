//! Tokens: header, claims (`esia.md 5.3`), signature, and the ways in which a fault spoils them.

mod spoil;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::fault::{Claim, Forgery, TokenKind};
use crate::keys::{Generation, KeyError};
use crate::knobs::{Knobs, seconds};
use crate::person::{AccountKind, Oid, Persona};
use crate::scopes;
use crate::settings::TokenAlgorithm;
use crate::state::Granted;

pub(crate) type Claims = Map<String, Value>;

/// What all tokens of one answer have in common.
pub(crate) struct Mint<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) knobs: &'a Knobs,
    pub(crate) now: DateTime<Utc>,
    pub(crate) algorithm: TokenAlgorithm,
    pub(crate) keys: &'a Generation,
    /// Unpublished keys, for faults.
    pub(crate) foreign: Option<&'a Generation>,
    pub(crate) claim_faults: &'a [(TokenKind, Claim)],
    pub(crate) forgeries: &'a [(TokenKind, Forgery)],
}

impl TokenKind {
    /// `sbt` of the header.
    fn word(self) -> &'static str {
        match self {
            Self::Code => "authorization_code",
            Self::Access => "access",
            Self::Id => "id",
        }
    }
}

impl Mint<'_> {
    /// An authorisation code (`esia.md 4.1`).
    pub(crate) fn code(
        &self,
        granted: &Granted,
        person: &Persona,
        state: &str,
        agent: &str,
    ) -> Result<String, KeyError> {
        let mut claims = self.times(self.knobs.code_lifetime);
        let more = json!({
            "client_id": granted.client_id,
            "scope": granted.scope,
            "auth_time": granted.since.timestamp(),
            "auth_mthd": granted.method.word(),
            "urn:esia:sid": granted.session,
            "urn:esia:client:state": state,
            "urn:esia:sbj": self.subject(person),
            "params": { "remote_ip": "127.0.0.1", "user_agent": agent },
        });
        merge(&mut claims, more);
        self.sign(TokenKind::Code, claims)
    }

    /// An access token; its scopes are expanded with the person's number.
    pub(crate) fn access(&self, granted: &Granted) -> Result<String, KeyError> {
        let mut claims = self.times(self.knobs.access_lifetime);
        let expanded = |scope: &String| match scope.as_str() {
            "openid" => scope.clone(),
            with_parameters if with_parameters.contains('?') => scope.clone(),
            plain => format!("{plain}?oid={}", granted.oid),
        };
        let scope: Vec<String> = granted
            .scopes
            .iter()
            .filter(|scope| *scope != "openid")
            .chain(granted.scopes.iter().filter(|scope| *scope == "openid"))
            .map(expanded)
            .chain(granted.organization_scopes.iter().map(expanded))
            .collect();
        let more = json!({
            "client_id": granted.client_id,
            "scope": scope.join(" "),
            "urn:esia:sid": crate::random::uuid(),
            "urn:esia:sbj_id": self.oid(granted.oid),
        });
        merge(&mut claims, more);
        if let Some(permissions) = &granted.permissions {
            claims.insert("permissions".to_owned(), permissions.clone());
        }
        self.sign(TokenKind::Access, claims)
    }

    /// An id token.
    pub(crate) fn id(&self, granted: &Granted, person: &Persona) -> Result<String, KeyError> {
        let mut claims = self.times(self.knobs.access_lifetime);
        let more = json!({
            "aud": granted.client_id,
            "sub": self.oid(granted.oid),
            "auth_time": granted.since.timestamp(),
            "amr": granted.method.word(),
            "urn:esia:amd": granted.method.word(),
            "urn:esia:sid": granted.session,
            "urn:esia:sbj": self.subject(person),
        });
        merge(&mut claims, more);
        self.sign(TokenKind::Id, claims)
    }

    fn times(&self, lifetime: u32) -> Claims {
        let now = self.now.timestamp();
        let mut claims = Claims::new();
        let times = json!({
            "nbf": now,
            "iat": now,
            "exp": (self.now + seconds(lifetime)).timestamp(),
            "iss": self.issuer,
        });
        merge(&mut claims, times);
        if self.knobs.extra_fields {
            claims.insert(
                "urn:esia:stand:new".to_owned(),
                json!({ "since": [2026, "год"] }),
            );
        }
        claims
    }

    fn oid(&self, oid: Oid) -> Value {
        if self.knobs.oid_as_text {
            json!(oid.to_string())
        } else {
            json!(oid)
        }
    }

    fn subject(&self, person: &Persona) -> Value {
        let alias = person
            .snils
            .clone()
            .unwrap_or_else(|| format!("OID.{}", person.oid));
        let mut subject = json!({
            "urn:esia:sbj:typ": "P",
            "urn:esia:sbj:lvl": self.level(person),
            "urn:esia:sbj:oid": self.oid(person.oid),
            "urn:esia:sbj:nam": alias,
            "urn:esia:sbj:eid": person.oid.0 % 100_000,
        });
        if person.is_trusted(self.knobs.child_is_trusted)
            && let Some(claims) = subject.as_object_mut()
        {
            claims.insert("urn:esia:sbj:is_tru".to_owned(), json!(true));
        }
        subject
    }

    fn level(&self, person: &Persona) -> &str {
        match person.kind {
            AccountKind::Child | AccountKind::ChildWithoutLeave => "KD",
            AccountKind::Verified => &self.knobs.level_of_verified,
            AccountKind::Simplified
            | AccountKind::Standard
            | AccountKind::Verifying
            | AccountKind::Deleted => "P",
        }
    }

    fn sign(&self, kind: TokenKind, mut claims: Claims) -> Result<String, KeyError> {
        for (_, fault) in self.claim_faults.iter().filter(|(of, _)| *of == kind) {
            spoil::claims(&mut claims, fault, self.now.timestamp());
        }
        let header = json!({
            "ver": 1,
            "typ": "JWT",
            "sbt": kind.word(),
            "alg": self.algorithm.name(),
        });
        match self.forgeries.iter().find(|(of, _)| *of == kind) {
            Some((_, forgery)) => spoil::forge(self, *forgery, header, claims),
            None => signed(self.keys, self.algorithm, &header, &claims),
        }
    }
}

fn merge(claims: &mut Claims, more: Value) {
    if let Value::Object(more) = more {
        claims.extend(more);
    }
}

/// Header and claims as the first two parts of a token; slashes are escaped, as ESIA does it.
fn input(header: &Value, claims: &Claims) -> String {
    let part = |value: String| URL_SAFE_NO_PAD.encode(escape_slashes(&value));
    let claims = Value::Object(claims.clone());
    format!("{}.{}", part(header.to_string()), part(claims.to_string()))
}

fn signed(
    keys: &Generation,
    algorithm: TokenAlgorithm,
    header: &Value,
    claims: &Claims,
) -> Result<String, KeyError> {
    let input = input(header, claims);
    let signature = keys.sign(algorithm, input.as_bytes())?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// JSON with `\/` for `/`: outside of strings JSON has no slash.
pub(crate) fn escape_slashes(json: &str) -> String {
    json.replace('/', "\\/")
}

/// The scopes by their names, without parameters.
pub(crate) fn names(scopes: &[String]) -> impl Iterator<Item = &str> {
    scopes.iter().map(|scope| scopes::name(scope))
}
