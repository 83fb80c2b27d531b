//! The pages in Russian. Their look is the stand's own: not that of the real portal.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::code::EsiaCode;
use crate::keys::KeyError;
use crate::person::{AccountKind, Persona};
use crate::scopes;
use crate::state::Sms;

fn render(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page can't be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A moment for people, in UTC.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%d.%m.%Y %H:%M:%S UTC").to_string()
}

/// What people are told about these scopes, each text once.
pub(super) fn labels<'a>(scopes: impl Iterator<Item = &'a String>) -> Vec<&'static str> {
    let mut labels = Vec::new();
    for label in scopes.map(|scope| scopes::label(scope)) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index;

pub(super) fn index() -> Response {
    render(&Index)
}

/// A person as the sign-in page shows one.
struct Row {
    id: String,
    name: String,
    kind: &'static str,
    logins: Vec<String>,
    login: String,
    password: String,
    note: String,
}

impl Row {
    fn of(person: &Persona) -> Self {
        let contacts = person.contacts.iter().filter(|contact| contact.verified);
        Self {
            id: person.id.clone(),
            name: person.full_name(),
            kind: kind(person.kind),
            logins: contacts
                .map(|contact| contact.value.clone())
                .chain(person.snils.iter().map(|snils| format!("СНИЛС {snils}")))
                .collect(),
            login: person.login().to_owned(),
            password: person.password.clone(),
            note: person.note.clone(),
        }
    }
}

fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Simplified => "упрощённая",
        AccountKind::Standard | AccountKind::Verifying => "стандартная",
        AccountKind::Verified => "подтверждённая",
        AccountKind::Child | AccountKind::ChildWithoutLeave => "детская",
        AccountKind::Deleted => "удалена",
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    request: Uuid,
    asker: Option<String>,
    typed: &'a str,
    error: Option<&'a str>,
    people: Vec<Row>,
}

pub(super) fn login(
    request: Uuid,
    asker: Option<String>,
    typed: &str,
    error: Option<&str>,
    people: &[Persona],
) -> Response {
    let people = people.iter().map(Row::of).collect();
    render(&Login {
        request,
        asker,
        typed,
        error,
        people,
    })
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    request: Uuid,
    phone: &'a str,
    error: Option<&'a str>,
}

pub(super) fn code(request: Uuid, phone: &str, error: Option<&str>) -> Response {
    render(&Code {
        request,
        phone,
        error,
    })
}

#[derive(Template)]
#[template(path = "signature.html")]
struct Signature {
    request: Uuid,
    people: Vec<Row>,
}

pub(super) fn signature(request: Uuid, signers: &[Persona]) -> Response {
    render(&Signature {
        request,
        people: signers.iter().map(Row::of).collect(),
    })
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    request: Uuid,
    asker: &'a str,
    name: String,
    labels: Vec<&'static str>,
}

pub(super) fn consent(request: Uuid, asker: &str, person: &Persona, scopes: &[String]) -> Response {
    let name = person.full_name();
    render(&Consent {
        request,
        asker,
        name,
        labels: labels(scopes.iter()),
    })
}

/// A consent that stands, for its list.
pub(super) struct Agreement {
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) since: String,
    pub(super) labels: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "agreements.html")]
struct Agreements {
    name: String,
    consents: Vec<Agreement>,
}

pub(super) fn agreements(person: &Persona, consents: Vec<Agreement>) -> Response {
    render(&Agreements {
        name: person.full_name(),
        consents,
    })
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut;

pub(super) fn signed_out() -> Response {
    render(&SignedOut)
}

#[derive(Template)]
#[template(path = "error.html")]
struct Failure<'a> {
    code: String,
    description: &'a str,
}

/// ESIA's own page: the client learns nothing (`esia.md 4.2`).
pub(super) fn error(status: StatusCode, code: EsiaCode, description: &str) -> Response {
    (
        status,
        render(&Failure {
            code: code.to_string(),
            description,
        }),
    )
        .into_response()
}

pub(super) fn broken(error: &KeyError) -> Response {
    tracing::error!(%error, "the stand can't sign a token");
    self::error(
        StatusCode::INTERNAL_SERVER_ERROR,
        EsiaCode::Internal,
        &format!("{}: {}", EsiaCode::Internal, EsiaCode::Internal.text()),
    )
}

#[derive(Template)]
#[template(path = "gone.html")]
struct Gone;

/// The walk is over, or never was.
pub(super) fn gone() -> Response {
    (StatusCode::GONE, render(&Gone)).into_response()
}

#[derive(Template)]
#[template(path = "come_back.html")]
struct ComeBack<'a> {
    target: &'a str,
}

/// The browser stays here; the way back is a link.
pub(super) fn come_back(target: &str) -> Response {
    render(&ComeBack { target })
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound;

pub(super) fn not_found() -> Response {
    render(&NotFound)
}

struct Message {
    at: String,
    name: String,
    phone: String,
    code: String,
}

#[derive(Template)]
#[template(path = "sms.html")]
struct SmsLog {
    messages: Vec<Message>,
}

pub(super) fn sms(messages: &[Sms]) -> Response {
    let messages = messages
        .iter()
        .map(|sms| Message {
            at: moment(sms.at),
            name: sms.name.clone(),
            phone: sms.phone.clone(),
            code: sms.code.clone(),
        })
        .collect();
    render(&SmsLog { messages })
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    files: Vec<String>,
}

pub(super) fn keys(files: Vec<String>) -> Response {
    render(&Keys { files })
}
