//! The `OpenAPI` 3.1 description: made of the handlers, and of what the list of routes says of each.

use axum::Json as Answer;
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;

use crate::api::routes::{API_ROUTES, ApiRoute, Handlers, Right};

const TITLE: &str = "Связка: JSON API";
const ABOUT: &str = "Вход в школьный дневник и связь профиля с учётной записью поставщика. \
                     Порядок работы описан в docs/api.md.";

/// What each part of an address holds.
const PARTS: [(&str, &str, &str); 5] = [
    ("region", "Код региона", "^[a-z0-9-]{1,32}$"),
    ("provider", "Код поставщика", "^[a-z0-9-]{1,32}$"),
    ("flow", "Номер попытки", "^flw_[0-9a-f]{32}$"),
    ("session", "Номер сеанса", "^ses_[0-9a-f]{32}$"),
    ("version", "Версия текста", "^[A-Za-z0-9.-]{1,64}$"),
];

/// Statuses with which any route may refuse, and those of a route with its right.
fn troubles(route: &ApiRoute) -> Vec<u16> {
    let mut statuses = vec![400, 421, 422, 500, 503];
    if route.path.contains('{') {
        statuses.push(404);
    }
    if route.right != Right::Anyone {
        statuses.push(401);
    }
    if route.verb.is_unsafe() {
        statuses.extend([403, 409, 413, 415]);
    }
    if matches!(
        route.right,
        Right::FlowClient | Right::FlowOwner | Right::RecentFlowOwner
    ) {
        statuses.extend([403, 409, 410, 429, 502]);
    }
    match route.right {
        Right::Client | Right::RecentOwner => statuses.extend([403, 404, 409, 410, 429, 502]),
        Right::Owner if route.verb.is_unsafe() => statuses.extend([404, 410, 429, 502]),
        Right::Anyone
        | Right::FlowClient
        | Right::Owner
        | Right::FlowOwner
        | Right::RecentFlowOwner => {}
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn security(right: Right) -> Value {
    match right {
        Right::Anyone => json!([]),
        Right::Client | Right::FlowClient => json!([{"client": []}, {"browser": []}]),
        Right::Owner | Right::FlowOwner | Right::RecentOwner | Right::RecentFlowOwner => json!([
            {"client": [], "session": []},
            {"browser": [], "browser-session": []},
        ]),
    }
}

fn parameters(route: &ApiRoute) -> Vec<Value> {
    let mut found: Vec<Value> = PARTS
        .iter()
        .filter(|(name, ..)| route.path.contains(&format!("{{{name}}}")))
        .map(|(name, about, pattern)| {
            json!({
                "name": name, "in": "path", "required": true, "description": about,
                "schema": {"type": "string", "pattern": pattern},
            })
        })
        .collect();
    if route.verb.is_unsafe() && route.right != Right::Anyone {
        found.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Ключ повтора: тот же запрос с тем же ключом выполняется один раз, \
                            ответ хранится сутки.",
            "schema": {"type": "string", "pattern": "^([!#-~]{1,128}|\"[!#-~]{1,128}\")$"},
        }));
    }
    found
}

/// Adds to an operation what follows from its place in the list.
fn complete(operation: &mut Map<String, Value>, route: &ApiRoute) {
    operation.insert("security".to_owned(), security(route.right));
    let mut known = match operation.remove("parameters") {
        Some(Value::Array(known)) => known,
        _ => Vec::new(),
    };
    known.extend(parameters(route));
    if !known.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(known));
    }
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for status in troubles(route) {
            responses.insert(
                status.to_string(),
                json!({
                    "description": "Отказ или ошибка",
                    "content": {"application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                    }},
                }),
            );
        }
    }
    // The name of the module and of the function alone would not be unique.
    let name = route
        .path
        .trim_start_matches("/api/v1/")
        .replace(['/', '.'], "-")
        .replace(['{', '}'], "");
    let verb = route.verb.as_str().to_ascii_lowercase();
    operation.insert("operationId".to_owned(), json!(format!("{verb}-{name}")));
    operation.remove("tags");
}

/// The description as JSON; an operation that is in the list and has no handler's description,
/// or the other way round, is told.
///
/// # Errors
/// The route of which one side is missing.
pub fn document() -> Result<Value, String> {
    let described = serde_json::to_value(Handlers::openapi()).map_err(|error| error.to_string())?;
    let Value::Object(mut whole) = described else {
        return Err("the description is no object".to_owned());
    };
    whole.insert(
        "info".to_owned(),
        json!({"title": TITLE, "description": ABOUT, "version": "1", "license": {
            "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0",
        }}),
    );
    if let Some(Value::Object(components)) = whole.get_mut("components") {
        components.insert("securitySchemes".to_owned(), schemes());
    }
    let mut left = 0;
    if let Some(Value::Object(paths)) = whole.get_mut("paths") {
        left = paths
            .values()
            .filter_map(Value::as_object)
            .map(Map::len)
            .sum();
        for route in API_ROUTES {
            let verb = route.verb.as_str().to_ascii_lowercase();
            let operation = paths
                .get_mut(route.path)
                .and_then(|path| path.get_mut(&verb))
                .and_then(Value::as_object_mut)
                .ok_or_else(|| format!("{verb} {} is not described", route.path))?;
            complete(operation, route);
            left -= 1;
        }
    }
    if left > 0 {
        return Err(format!(
            "{left} descriptions belong to no route of the list"
        ));
    }
    Ok(Value::Object(whole))
}

fn schemes() -> Value {
    json!({
        "client": {
            "type": "apiKey", "in": "header", "name": "Svyazka-Client",
            "description": "Собственный секрет программы: 64 шестнадцатеричные цифры, \
                            даёт POST /api/v1/clients.",
        },
        "session": {
            "type": "http", "scheme": "bearer",
            "description": "Секрет сеанса, в паре с Svyazka-Client.",
        },
        "browser": {
            "type": "apiKey", "in": "cookie", "name": "__Host-browser",
            "description": "Для страниц того же сайта.",
        },
        "browser-session": {
            "type": "apiKey", "in": "cookie", "name": "__Host-session",
            "description": "Для страниц того же сайта.",
        },
    })
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json",
    responses((status = 200, content_type = "application/json", body = Object)))]
pub(super) async fn file() -> Result<Answer<Value>, crate::web::problem::Problem> {
    document().map(Answer).map_err(|_| {
        crate::web::problem::Problem::Contradiction("the API does not describe itself")
    })
}
