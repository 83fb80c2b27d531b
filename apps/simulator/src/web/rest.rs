//! Person data: `/rs/prns/{oid}` and its collections (`esia.md 6`).

mod fields;

use axum::extract::{Path, RawQuery, State};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::outcome::{Outcome, json};
use crate::code::EsiaCode;
use crate::fault::Fault;
use crate::parameters::Parameters;
use crate::person::{Oid, Persona};
use crate::refusal::Refusal;
use crate::scopes;
use crate::simulator::Simulator;

/// Who reads whom, with which scopes.
struct Reader {
    person: Persona,
    scopes: Vec<String>,
    client: String,
    child_is_trusted: bool,
    extra_fields: bool,
    /// Address of the person, for URLs in collections.
    address: String,
}

impl Reader {
    fn has(&self, scope: &str) -> bool {
        crate::token::names(&self.scopes).any(|own| own == scope)
    }

    fn has_any(&self, scopes: &[&str]) -> bool {
        scopes.iter().any(|scope| self.has(scope))
    }

    fn has_kids(&self) -> bool {
        crate::token::names(&self.scopes).any(|own| own.starts_with("kid_"))
    }
}

/// Why there are no data.
enum Failure {
    Refused(Refusal),
    NotFound,
    /// A fault of the service itself.
    Broken(u16),
}

fn refused(code: EsiaCode, cause: &str) -> Failure {
    Failure::Refused(Refusal::new(code, cause))
}

fn reader(simulator: &Simulator, headers: &HeaderMap, oid: &str) -> Result<Reader, Failure> {
    let now = simulator.now();
    let mut memory = simulator.lock();
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.strip_prefix("Bearer "))
        .ok_or_else(|| refused(EsiaCode::InvalidToken, "no bearer token came"))?;
    let issued = memory.access.get(token).cloned().ok_or_else(|| {
        refused(
            EsiaCode::InvalidToken,
            "the token was never issued, or its consent withdrawn",
        )
    })?;
    if issued.ends <= now {
        return Err(refused(EsiaCode::ExpiredToken, "the token has expired"));
    }
    let ordered = memory.faults.take(|fault| match fault {
        Fault::RestError(code) => Some(refused(*code, "a fault set on the stand")),
        Fault::RestNotFound => Some(Failure::NotFound),
        _ => None,
    });
    if let Some(failure) = ordered {
        return Err(failure);
    }
    let oid = oid.parse().map(Oid).map_err(|_| Failure::NotFound)?;
    if memory.person(oid).is_none() {
        return Err(Failure::NotFound);
    }
    if oid != issued.oid {
        return Err(refused(
            EsiaCode::ScopeNotAllowed,
            "the token is of another person",
        ));
    }
    let shown = memory.faults.take(|fault| match fault {
        Fault::PersonOf(other) => Some(*other),
        _ => None,
    });
    let person = memory
        .person(shown.unwrap_or(oid))
        .cloned()
        .ok_or(Failure::NotFound)?;
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let base = simulator.base_url().map_or_else(
        || format!("http://{host}"),
        |base| base.trim_end_matches('/').to_owned(),
    );
    Ok(Reader {
        address: format!("{base}/rs/prns/{oid}"),
        person,
        scopes: issued.scopes,
        client: issued.client_id,
        child_is_trusted: memory.knobs.child_is_trusted,
        extra_fields: memory.knobs.extra_fields,
    })
}

fn respond(simulator: &Simulator, result: Result<(Value, String), Failure>) -> Response {
    match result {
        Ok((value, client)) => {
            let outcome = Outcome {
                client: Some(client),
                ..Outcome::default()
            };
            outcome.on(json(StatusCode::OK, &value))
        }
        Err(Failure::Broken(status)) => json(
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            &json!({ "code": EsiaCode::Internal, "message": EsiaCode::Internal.text() }),
        ),
        Err(Failure::NotFound) => json(
            StatusCode::NOT_FOUND,
            &json!({ "code": "ESIA-005004", "message": "notFound" }),
        ),
        Err(Failure::Refused(refusal)) => {
            let knobs = simulator.lock().knobs.clone();
            let status = match refusal.code {
                EsiaCode::ScopeNotAllowed => StatusCode::from_u16(knobs.scope_not_allowed_status)
                    .unwrap_or(StatusCode::FORBIDDEN),
                _ => StatusCode::UNAUTHORIZED,
            };
            let text = if knobs.russian_texts {
                refusal.code.russian_text()
            } else {
                refusal.code.text()
            };
            let value = json!({ "code": refusal.code, "message": text });
            Outcome::default()
                .refused(&refusal)
                .on(json(status, &value))
        }
    }
}

/// Which collections `embed=(a.elements,b.elements)` asks for.
fn embedded(query: Option<&str>) -> Vec<String> {
    let parameters = Parameters::parse(query.unwrap_or_default()).unwrap_or_default();
    let list = parameters.get("embed").unwrap_or_default();
    let list = list
        .strip_prefix('(')
        .and_then(|list| list.strip_suffix(')'))
        .unwrap_or_default();
    list.split(',').map(|part| part.trim().to_owned()).collect()
}

pub(super) async fn person(
    State(simulator): State<Simulator>,
    Path(oid): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let embedded = embedded(query.as_deref());
    let with_contacts = embedded.iter().any(|part| part == "contacts.elements");
    let result = reader(&simulator, &headers, &oid);
    let result = result.and_then(|reader| {
        if with_contacts {
            contacts_fault(&simulator)?;
        }
        Ok(reader)
    });
    let result = result.map(|reader| {
        let mut value = fields::person(&reader);
        for part in embedded {
            let Some(name) = part.strip_suffix(".elements") else {
                continue;
            };
            let Some(path) = fields::path_of(name) else {
                continue;
            };
            if let Ok(items) = items(&reader, path)
                && let Some(fields) = value.as_object_mut()
            {
                fields.insert(name.to_owned(), envelope(&items));
            }
        }
        (value, reader.client)
    });
    respond(&simulator, result)
}

/// An outage of the contacts, if one is set.
fn contacts_fault(simulator: &Simulator) -> Result<(), Failure> {
    let status = simulator.lock().faults.take(|fault| match fault {
        Fault::Contacts(status) => Some(*status),
        _ => None,
    });
    status.map_or(Ok(()), |status| Err(Failure::Broken(status)))
}

/// The elements of a collection as objects.
fn items(reader: &Reader, path: &str) -> Result<Vec<Value>, Failure> {
    let allowed = match path {
        "ctts" => reader.has_any(&["contacts", "email", "mobile"]),
        "addrs" => reader.has("addresses"),
        "docs" => reader.scopes.iter().any(|scope| scope.ends_with("_doc")),
        "vhls" => reader.has("vehicles"),
        "kids" => reader.has_kids(),
        "orgs" | "roles" => reader.has("usr_org"),
        _ => return Err(Failure::NotFound),
    };
    if !allowed {
        return Err(refused(
            EsiaCode::ScopeNotAllowed,
            "the token has no scope for this",
        ));
    }
    Ok(match path {
        "ctts" => fields::contacts(reader),
        "addrs" => fields::addresses(reader),
        "docs" => fields::documents(reader),
        "kids" => fields::kids(reader),
        "orgs" | "roles" => fields::roles(reader),
        _ => Vec::new(),
    })
}

fn envelope(elements: &[Value]) -> Value {
    fields::sealed(json!({
        "stateFacts": ["hasSize"],
        "size": elements.len(),
        "elements": elements,
    }))
}

/// As URLs, unless `embed=(elements)` came: what client authors stumble over (`esia.md 12`, 13).
fn listed(reader: &Reader, path: &str, elements: &[Value], query: Option<&str>) -> Value {
    if embedded(query).iter().any(|part| part == "elements") {
        return envelope(elements);
    }
    let urls = elements
        .iter()
        .filter_map(|element| element.get("id"))
        .map(|id| json!(format!("{}/{path}/{id}", reader.address)));
    envelope(&urls.collect::<Vec<_>>())
}

pub(super) async fn collection(
    State(simulator): State<Simulator>,
    Path((oid, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = reader(&simulator, &headers, &oid).and_then(|reader| {
        if path == "ctts" {
            contacts_fault(&simulator)?;
        }
        let items = items(&reader, &path)?;
        let value = listed(&reader, &path, &items, query.as_deref());
        Ok((value, reader.client))
    });
    respond(&simulator, result)
}

fn find(items: Vec<Value>, id: &str) -> Result<Value, Failure> {
    let id: Option<u64> = id.parse().ok();
    let same = |item: &Value| id.is_some() && item.get("id").and_then(Value::as_u64) == id;
    items.into_iter().find(same).ok_or(Failure::NotFound)
}

pub(super) async fn item(
    State(simulator): State<Simulator>,
    Path((oid, path, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = reader(&simulator, &headers, &oid).and_then(|reader| {
        let value = find(items(&reader, &path)?, &id)?;
        Ok((value, reader.client))
    });
    respond(&simulator, result)
}

pub(super) async fn kid_documents(
    State(simulator): State<Simulator>,
    Path((oid, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = reader(&simulator, &headers, &oid).and_then(|reader| {
        if !reader.has("kid_birth_cert_doc") {
            return Err(refused(
                EsiaCode::ScopeNotAllowed,
                "the token has no scope for this",
            ));
        }
        let kid = find(fields::kids(&reader), &id)?;
        let documents = kid
            .get("documents")
            .and_then(|documents| documents.get("elements"));
        let documents = documents
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let path = format!("kids/{id}/docs");
        let value = listed(&reader, &path, &documents, query.as_deref());
        Ok((value, reader.client))
    });
    respond(&simulator, result)
}

/// The employer of the token's person; needs a scope of organisations (`esia.md 6.7`).
pub(super) async fn organization(
    State(simulator): State<Simulator>,
    Path(oid): Path<String>,
    headers: HeaderMap,
) -> Response {
    let own = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok()?.strip_prefix("Bearer "))
        .and_then(|token| {
            simulator
                .lock()
                .access
                .get(token)
                .map(|token| token.oid.to_string())
        })
        .unwrap_or_default();
    let result = reader(&simulator, &headers, &own).and_then(|reader| {
        if !reader
            .scopes
            .iter()
            .any(|scope| scopes::name(scope).starts_with("org_"))
        {
            return Err(refused(
                EsiaCode::ScopeNotAllowed,
                "the token has no organisation scope",
            ));
        }
        let employer = reader.person.employer.as_ref();
        let employer = employer.filter(|employer| employer.oid.to_string() == oid);
        let value = employer
            .map(fields::organization)
            .ok_or(Failure::NotFound)?;
        Ok((value, reader.client))
    });
    respond(&simulator, result)
}
