//! `permissions`: the consents of the digital profile (`esia.md 3.6`).

use serde_json::Value;

use super::{lenient_base64, wrong};
use crate::code::EsiaCode;
use crate::refusal::Refusal;

const ACTIONS: &[&str] = &["ALL_ACTIONS_TO_DATA", "USE_DATA", "SHARE_DATA"];

/// Reads and checks the list of consents; `scope` must be `openid` alone beside it.
pub(super) fn permissions(encoded: &str, scope: &str) -> Result<Value, Refusal> {
    if scope != "openid" {
        return Err(wrong("permissions came, and scope is not openid alone"));
    }
    let value: Value = lenient_base64(encoded)
        .and_then(|octets| serde_json::from_slice(&octets).ok())
        .ok_or_else(|| wrong("permissions is no JSON in base64url"))?;
    let consents = value.as_array().filter(|list| !list.is_empty());
    for consent in consents.ok_or_else(|| wrong("permissions is no list of consents"))? {
        check(consent)?;
    }
    Ok(value)
}

fn check(consent: &Value) -> Result<(), Refusal> {
    let refuse = |code| Err(Refusal::new(code, "permissions is incomplete"));
    if name(consent).is_none() {
        return refuse(EsiaCode::ConsentTypeMissing);
    }
    let actions = names(consent, "actions");
    if actions.is_empty() {
        return refuse(EsiaCode::ConsentActionMissing);
    }
    if !actions.iter().all(|action| ACTIONS.contains(action)) {
        return refuse(EsiaCode::ConsentActionUnknown);
    }
    if names(consent, "purposes").is_empty() {
        return refuse(EsiaCode::ConsentPurposeMissing);
    }
    match consent.get("expire").and_then(Value::as_u64) {
        Some(minutes) if minutes > 0 => Ok(()),
        _ => refuse(EsiaCode::ConsentExpiryWrong),
    }
}

fn name(value: &Value) -> Option<&str> {
    value
        .get("sysname")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
}

fn names<'a>(consent: &'a Value, part: &str) -> Vec<&'a str> {
    let list = consent.get(part).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(name).collect()
}

/// The scopes that all these consents cover.
pub(crate) fn scopes_of(permissions: &Value) -> Vec<String> {
    let consents = permissions.as_array();
    consents
        .into_iter()
        .flatten()
        .flat_map(|consent| names(consent, "scopes"))
        .map(str::to_owned)
        .collect()
}
