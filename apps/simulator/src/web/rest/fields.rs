//! What each scope opens, field by field (`esia.md 6.2`–`6.7`).

use aws_lc_rs::digest;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::Reader;
use crate::person::{AccountKind, ContactKind, Document, Employer, KidCard, Oid};
use crate::scopes;

/// The path of the collection that the person's `embed` calls by this name.
pub(super) fn path_of(name: &str) -> Option<&'static str> {
    match name {
        "contacts" => Some("ctts"),
        "addresses" => Some("addrs"),
        "documents" => Some("docs"),
        "vehicles" => Some("vhls"),
        "organizations" => Some("orgs"),
        "kids" => Some("kids"),
        _ => None,
    }
}

/// Adds `eTag`: 40 upper-case hex digits of the content.
pub(super) fn sealed(mut value: Value) -> Value {
    let digest = digest::digest(&digest::SHA256, value.to_string().as_bytes());
    let tag = hex::encode_upper(digest.as_ref().get(..20).unwrap_or_default());
    if let Some(fields) = value.as_object_mut() {
        fields.insert("eTag".to_owned(), json!(tag));
    }
    value
}

fn date(date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

/// Number of the n-th thing of a person.
fn id(oid: Oid, kind: u64, index: usize) -> u64 {
    let index = u64::try_from(index).unwrap_or_default();
    oid.0 % 1_000_000_000 * 1_000 + kind * 100 + index + 1
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

pub(super) fn person(reader: &Reader) -> Value {
    let person = &reader.person;
    let mut fields = Fields(Map::new());
    fields.put("stateFacts", json!(["EntityRoot"]));
    fields.put("trusted", person.is_trusted(reader.child_is_trusted));
    fields.put("updatedOn", 1_750_000_000);
    let deleted = person.kind == AccountKind::Deleted;
    fields.put("status", if deleted { "DELETED" } else { "REGISTERED" });
    fields.put("verifying", person.kind == AccountKind::Verifying);
    fields.put("containsUpCfmCode", false);
    fields.put("regType", "SLF");
    let state = match person.kind {
        AccountKind::Simplified => "PS",
        AccountKind::Standard => "PVD",
        AccountKind::Verifying => "PVG",
        AccountKind::Child | AccountKind::ChildWithoutLeave => "KD",
        AccountKind::Verified | AccountKind::Deleted => "PCD",
    };
    fields.put("regCtxCfmSte", state);
    if reader.has("fullname") {
        fields.put("lastName", person.last_name.as_str());
        fields.put("firstName", person.first_name.as_str());
        if let Some(middle) = &person.middle_name {
            fields.put("middleName", middle.as_str());
        }
    }
    if reader.has("birthdate") {
        fields.put("birthDate", date(person.birth_date));
    }
    if reader.has("birthplace") {
        fields.put("birthPlace", "город Стенд");
    }
    if reader.has("gender") {
        fields.put("gender", person.gender.letter());
    }
    if reader.has("snils")
        && let Some(snils) = &person.snils
    {
        fields.put("snils", snils.as_str());
    }
    if reader.has("inn") && person.kind == AccountKind::Verified {
        fields.put("inn", "000000000000");
    }
    if reader.has("id_doc") {
        fields.put("citizenship", person.citizenship.as_str());
        let own = person
            .documents
            .iter()
            .position(|paper| scopes::of_document(&paper.kind) == "id_doc");
        if let Some(index) = own {
            fields.put("rIdDoc", id(person.oid, 3, index));
        }
    }
    if reader.extra_fields {
        fields.put("standExtra", json!({ "new": [1, null] }));
    }
    sealed(Value::Object(fields.0))
}

pub(super) fn contacts(reader: &Reader) -> Vec<Value> {
    let shown = |kind| match kind {
        ContactKind::Mobile => reader.has_any(&["contacts", "mobile"]),
        ContactKind::Email => reader.has_any(&["contacts", "email"]),
        ContactKind::HomePhone | ContactKind::WorkEmail => reader.has("contacts"),
    };
    let contacts = reader.person.contacts.iter().enumerate();
    contacts
        .filter(|(_, contact)| shown(contact.kind))
        .map(|(index, contact)| {
            sealed(json!({
                "stateFacts": ["Identifiable"],
                "id": id(reader.person.oid, 1, index),
                "type": contact.kind.letters(),
                "vrfStu": if contact.verified { "VERIFIED" } else { "NOT_VERIFIED" },
                "value": contact.value,
            }))
        })
        .collect()
}

pub(super) fn addresses(reader: &Reader) -> Vec<Value> {
    let addresses = reader.person.addresses.iter().enumerate();
    addresses
        .map(|(index, address)| {
            sealed(json!({
                "stateFacts": ["Identifiable"],
                "id": id(reader.person.oid, 2, index),
                "type": address.kind,
                "zipCode": address.zip,
                "countryId": "RUS",
                "addressStr": address.text,
            }))
        })
        .collect()
}

fn document(oid: Oid, kind: u64, index: usize, document: &Document) -> Value {
    let mut fields = Fields(Map::new());
    fields.put("stateFacts", json!(["Identifiable"]));
    fields.put("id", id(oid, kind, index));
    fields.put("type", document.kind.as_str());
    fields.put(
        "vrfStu",
        if document.verified {
            "VERIFIED"
        } else {
            "NOT_VERIFIED"
        },
    );
    if !document.series.is_empty() {
        fields.put("series", document.series.as_str());
    }
    fields.put("number", document.number.as_str());
    fields.put("issueDate", date(document.issued));
    fields.put("issuedBy", document.issued_by.as_str());
    sealed(Value::Object(fields.0))
}

pub(super) fn documents(reader: &Reader) -> Vec<Value> {
    let documents = reader.person.documents.iter().enumerate();
    documents
        .filter(|(_, paper)| reader.has(scopes::of_document(&paper.kind)))
        .map(|(index, paper)| document(reader.person.oid, 3, index, paper))
        .collect()
}

pub(super) fn kids(reader: &Reader) -> Vec<Value> {
    let kids = reader.person.kids.iter().enumerate();
    kids.map(|(index, card)| kid(reader, index, card)).collect()
}

fn kid(reader: &Reader, index: usize, card: &KidCard) -> Value {
    let own = id(reader.person.oid, 4, index);
    let mut fields = Fields(Map::new());
    fields.put("stateFacts", json!(["Identifiable"]));
    fields.put("id", own);
    fields.put("trusted", true);
    fields.put("updatedOn", 1_750_000_000);
    if let Some(oid) = card.oid {
        fields.put("oid", json!(oid));
    }
    if reader.has("kid_fullname") {
        fields.put("lastName", card.last_name.as_str());
        fields.put("firstName", card.first_name.as_str());
        if let Some(middle) = &card.middle_name {
            fields.put("middleName", middle.as_str());
        }
    }
    if reader.has("kid_birthdate") {
        fields.put("birthDate", date(card.birth_date));
    }
    if reader.has("kid_gender") {
        fields.put("gender", card.gender.letter());
    }
    if reader.has("kid_snils")
        && let Some(snils) = &card.snils
    {
        fields.put("snils", snils.as_str());
    }
    if reader.has("kid_birth_cert_doc") {
        let papers = card.documents.iter().enumerate();
        let papers = papers.map(|(at, paper)| document(Oid(own), 5, at, paper));
        fields.put("documents", super::envelope(&papers.collect::<Vec<_>>()));
    }
    sealed(Value::Object(fields.0))
}

pub(super) fn roles(reader: &Reader) -> Vec<Value> {
    let employer = reader.person.employer.iter();
    employer
        .map(|employer| {
            sealed(json!({
                "stateFacts": ["Identifiable"],
                "id": employer.oid,
                "oid": employer.oid,
                "prnOid": reader.person.oid,
                "fullName": employer.full_name,
                "shortName": employer.short_name,
                "ogrn": employer.ogrn,
                "type": "LEGAL",
                "chief": employer.chief,
                "admin": false,
                "active": true,
            }))
        })
        .collect()
}

pub(super) fn organization(employer: &Employer) -> Value {
    sealed(json!({
        "stateFacts": ["EntityRoot"],
        "oid": employer.oid,
        "fullName": employer.full_name,
        "shortName": employer.short_name,
        "ogrn": employer.ogrn,
        "type": "LEGAL",
    }))
}
