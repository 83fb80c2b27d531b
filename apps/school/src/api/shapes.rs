//! What answers of the API hold. Types of their own: nothing of the core is serialised by
//! accident (`threats.md` G7).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use linking_core::{
    account::{Account, Membership, Source},
    region::{Organization, OrganizationType, Region},
    session::SignInWay,
    time::Timestamp,
    usecase::NewSession,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::caller::{Caller, Keeps},
    flow_response,
    web::problem::Problem,
};

/// An instant as RFC 3339 writes it, in UTC.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A JSON answer; with a session that began, the caller gets its secret where it keeps such.
pub(super) fn json(status: StatusCode, shape: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(shape)
        .map_err(|_| Problem::Contradiction("an answer does not serialise"))?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// A region.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Region)]
pub(super) struct RegionShape {
    code: String,
    name: String,
}

impl From<&Region> for RegionShape {
    fn from(region: &Region) -> Self {
        Self {
            code: region.code.to_string(),
            name: region.name.to_string(),
        }
    }
}

/// A school, or an education authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = OrganizationKind)]
pub(super) enum KindShape {
    School,
    Authority,
}

impl From<OrganizationType> for KindShape {
    fn from(kind: OrganizationType) -> Self {
        match kind {
            OrganizationType::School => Self::School,
            OrganizationType::Authority => Self::Authority,
        }
    }
}

impl From<KindShape> for OrganizationType {
    fn from(kind: KindShape) -> Self {
        match kind {
            KindShape::School => Self::School,
            KindShape::Authority => Self::Authority,
        }
    }
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Organization)]
pub(super) struct OrganizationShape {
    id: String,
    name: String,
    kind: KindShape,
    region: String,
    locality: String,
}

impl From<&Organization> for OrganizationShape {
    fn from(organization: &Organization) -> Self {
        Self {
            id: organization.id.to_string(),
            name: organization.name.to_string(),
            kind: organization.kind.into(),
            region: organization.region.code.to_string(),
            locality: organization.locality.to_string(),
        }
    }
}

/// What a person is in an organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Membership)]
pub(super) struct MembershipShape {
    organization: OrganizationShape,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
}

impl From<&Membership> for MembershipShape {
    fn from(membership: &Membership) -> Self {
        Self {
            organization: OrganizationShape::from(&membership.organization),
            role: membership.role.code(),
            class: membership.class.as_ref().map(ToString::to_string),
        }
    }
}

/// A way to sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInWay)]
pub(super) struct WayShape {
    /// `password` or `provider`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

impl From<&SignInWay> for WayShape {
    fn from(way: &SignInWay) -> Self {
        match way {
            SignInWay::Password => Self {
                kind: "password",
                provider: None,
            },
            SignInWay::Link { provider, .. } => Self {
                kind: "provider",
                provider: Some(provider.to_string()),
            },
        }
    }
}

/// A session that began, or goes by a new secret from now on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSession)]
pub(super) struct NewSessionShape {
    /// Its identifier; opens nothing.
    id: String,
    /// Its secret, for `Authorization: Bearer`. Not there for callers with cookies.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl NewSessionShape {
    /// Hands a session over: to a program in the body, to a browser in its cookie.
    pub(super) fn of(caller: &Caller, session: &NewSession) -> Self {
        Self {
            id: session.session.id.to_string(),
            token: match caller.keeps {
                Keeps::Tokens => Some(session.secret.to_hex()),
                Keeps::Cookies => None,
            },
        }
    }

    /// The cookie of a session, for a browser.
    pub(super) fn cookie(caller: &Caller, session: &NewSession, response: &mut Response) {
        if caller.keeps == Keeps::Cookies {
            flow_response::begin_session(response.headers_mut(), session);
        }
    }
}

/// Whether somebody signed in has a contact, and from whom.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contact)]
pub(super) struct ContactShape {
    /// `mobile`, `home` or `email`.
    kind: &'static str,
    /// Masked.
    masked: String,
    /// `person`, `school` or `provider`.
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

/// The contacts of an account.
pub(super) fn contacts_of(account: &Account) -> Vec<ContactShape> {
    let contacts = account.profile.contacts.iter();
    contacts
        .map(|contact| {
            let (source, provider) = match &contact.source {
                Source::Person => ("person", None),
                Source::School => ("school", None),
                Source::Provider(provider) => ("provider", Some(provider.to_string())),
            };
            ContactShape {
                kind: contact.value.kind().code(),
                masked: contact.value.masked(),
                source,
                provider,
            }
        })
        .collect()
}
