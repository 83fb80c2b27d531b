//! What belongs to whoever is signed in: profile, contacts, consents, history.

use axum::{Json as Answer, extract::State, http::StatusCode};
use linking_core::{
    audit::HistoryLine,
    ids::AuditId,
    person::{Gender, RegisteredName},
    usecase::DataView,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{
        body::{Exact, Json, Query, request},
        caller::Owner,
        flows::KeepRequest,
        shapes::{ContactShape, MembershipShape, contacts_of, json, moment},
        trouble::{ApiResult, Trouble},
    },
    pages::settings::{history, own_offset},
    web::{problem::Problem, state::AppState},
};

/// Lines of a page of the history, where nobody says how many.
const USUAL_SIZE: u16 = 20;
/// At most so many.
const MOST_SIZE: u16 = 100;

/// The own profile: what the settings page shows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Profile)]
pub(super) struct ProfileShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    surname: Option<String>,
    given_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    patronymic: Option<String>,
    /// As in ISO 8601: `1990-04-23`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    birth_date: Option<String>,
    /// `female` or `male`.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'static str>,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    snils: Option<String>,
    /// Masked.
    login: String,
    memberships: Vec<MembershipShape>,
    contacts: Vec<ContactShape>,
}

/// The own profile.
#[utoipa::path(get, path = "/api/v1/profile", responses((status = 200, body = ProfileShape)))]
pub(super) async fn profile(owner: Owner) -> Answer<ProfileShape> {
    let account = owner.actor.sheet.account();
    let profile = &account.profile;
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (surname, given_name, patronymic) = match &profile.name.value {
        RegisteredName::Sound(name) => (
            name.surname().map(str::to_owned),
            name.given_name().to_owned(),
            name.patronymic().map(str::to_owned),
        ),
        RegisteredName::Unsound(name) => {
            let [surname, given_name, patronymic] = name.expose_raw();
            (filled(surname), given_name.to_owned(), filled(patronymic))
        }
    };
    let birth_date = profile.birth_date.as_ref();
    let gender = profile.gender.as_ref();
    let snils = profile.snils.as_ref();
    Answer(ProfileShape {
        surname,
        given_name,
        patronymic,
        birth_date: birth_date.map(|date| date.value.date().to_string()),
        gender: gender.map(|gender| match gender.value {
            Gender::Female => "female",
            Gender::Male => "male",
        }),
        snils: snils.map(|snils| snils.value.masked()),
        login: account.login.masked(),
        memberships: owner
            .actor
            .sheet
            .memberships
            .iter()
            .map(MembershipShape::from)
            .collect(),
        contacts: contacts_of(account),
    })
}

/// The own contacts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contacts)]
pub(super) struct ContactsShape {
    contacts: Vec<ContactShape>,
}

/// The contacts that the diary keeps.
#[utoipa::path(get, path = "/api/v1/contacts", responses((status = 200, body = ContactsShape)))]
pub(super) async fn contacts(owner: Owner) -> Answer<ContactsShape> {
    Answer(ContactsShape {
        contacts: contacts_of(owner.actor.sheet.account()),
    })
}

/// Keeps these contacts of the linked provider and erases its others at once. Adds nothing: for
/// that there is `refresh`.
#[utoipa::path(post, path = "/api/v1/contacts", request_body = KeepRequest,
    responses((status = 200, body = ContactsShape)))]
pub(super) async fn keep_contacts(
    State(app): State<AppState>,
    owner: Owner,
    Json(request): Json<KeepRequest>,
) -> ApiResult {
    let linking = app.linking();
    let kept = request.keep.into_iter().collect();
    let provider = linking.contacts_provider(&owner.actor).await?;
    let provider = provider.ok_or(Problem::NotFound)?;
    let account = linking
        .keep_contacts(&owner.actor, &provider, &kept)
        .await?;
    let contacts = contacts_of(&account);
    Ok(json(StatusCode::OK, &ContactsShape { contacts })?)
}

/// A consent that stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Consent)]
pub(super) struct ConsentGivenShape {
    provider: String,
    /// Which text; `consent-texts` has it.
    text_version: String,
    /// SHA-256 of the text, in hex.
    text_digest: String,
    #[schema(format = DateTime)]
    given_at: String,
    /// The provider's contacts that the diary keeps.
    contacts: Vec<&'static str>,
}

impl From<&DataView> for ConsentGivenShape {
    fn from(data: &DataView) -> Self {
        Self {
            provider: data.consent.provider.to_string(),
            text_version: data.consent.text.version.clone(),
            text_digest: data.consent.text.digest.clone(),
            given_at: moment(data.consent.given_at),
            contacts: data.contacts.iter().map(|kind| kind.code()).collect(),
        }
    }
}

/// The consents that stand.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Consents)]
pub(super) struct ConsentsShape {
    consents: Vec<ConsentGivenShape>,
}

/// To what the person agreed, and what is kept on it.
#[utoipa::path(get, path = "/api/v1/consents", responses((status = 200, body = ConsentsShape)))]
pub(super) async fn consents(
    State(app): State<AppState>,
    owner: Owner,
) -> Result<Answer<ConsentsShape>, Trouble> {
    let data = app.linking().data(&owner.actor).await?;
    Ok(Answer(ConsentsShape {
        consents: data.iter().map(ConsentGivenShape::from).collect(),
    }))
}

request! {
    /// Where a page of the history begins, and how long it is.
    #[derive(IntoParams)]
    #[into_params(parameter_in = Query)]
    HistoryQuery {
        /// `next` of the page before.
        #[param(value_type = Option<String>, pattern = "^aud_[0-9a-f]{32}$")]
        #[schema(value_type = Option<String>)]
        before: Option<Exact<AuditId>>,
        /// How many lines; 20 where it is not said.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
        #[schema(value_type = Option<u16>)]
        limit: Option<PageSize>,
    }
}

/// How many lines a page has.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSize(u16);

impl<'de> serde::Deserialize<'de> for PageSize {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Exact(size) = Exact::<u16>::deserialize(deserializer)?;
        if (1..=MOST_SIZE).contains(&size) {
            Ok(Self(size))
        } else {
            Err(serde::de::Error::custom("is out of bounds"))
        }
    }
}

/// A line of the own history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HistoryLine)]
pub(super) struct LineShape {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// What happened, as a stable code, such as `signed-in`, `linked`, `unlinked`.
    notice: &'static str,
    /// The same in words.
    text: String,
    /// From which browser or program.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
}

impl LineShape {
    fn of(app: &AppState, owner: &Owner, line: &HistoryLine) -> Self {
        let (_, text) = history::told(
            app,
            (&owner.caller.visit).into(),
            &line.notice,
            own_offset(&owner.signed_in()),
        );
        Self {
            id: line.id.to_string(),
            at: moment(line.at),
            notice: line.notice.code(),
            text,
            agent: line.agent.as_ref().map(|agent| agent.as_str().to_owned()),
        }
    }
}

/// A page of the own history, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HistoryPage)]
pub(super) struct HistoryShape {
    lines: Vec<LineShape>,
    /// `before` of the next page; not there on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The own history, the newest first. New lines move none from page to page.
#[utoipa::path(get, path = "/api/v1/history", params(HistoryQuery),
    responses((status = 200, body = HistoryShape)))]
pub(super) async fn history(
    State(app): State<AppState>,
    owner: Owner,
    Query(query): Query<HistoryQuery>,
) -> Result<Answer<HistoryShape>, Trouble> {
    let before = query.before.map(|id| id.0);
    let size = query.limit.map_or(USUAL_SIZE, |size| size.0);
    let page = app
        .linking()
        .history_page(&owner.actor, before, size)
        .await?;
    Ok(Answer(HistoryShape {
        lines: page
            .lines
            .iter()
            .map(|line| LineShape::of(&app, &owner, line))
            .collect(),
        next: page.next.map(|id| id.to_string()),
    }))
}
