//! What ESIA's REST says of a person (`esia.md` 6).

use chrono::{Days, NaiveDate};
use linking_core::{
    account::{ContactKind, ContactValue},
    person::{BirthDate, EmailAddress, PhoneNumber, RegisteredName, Snils},
    provider::{Claims, ContactClaim, Verification},
    time::Timestamp,
};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::claims::Oid;

/// The person object. Only fields that the token's scopes cover are there.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    first_name: Option<String>,
    last_name: Option<String>,
    middle_name: Option<String>,
    birth_date: Option<String>,
    snils: Option<String>,
    pub(crate) trusted: Option<bool>,
    status: Option<String>,
    /// Not seen so far; should it come, it must be the subject asked for (`threats.md` B7).
    oid: Option<Oid>,
    /// Asked for by `embed`. What is not of the known shape is as good as absent: it may still
    /// come by a call of its own.
    #[serde(default, deserialize_with = "if_known")]
    pub(crate) contacts: Option<Contacts>,
}

fn if_known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Contacts>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let known = value.get("elements").is_some();
    Ok(serde_json::from_value(value).ok().filter(|_| known))
}

/// A collection of contacts. Without `embed` its elements would be addresses.
#[derive(Deserialize)]
pub(crate) struct Contacts {
    #[serde(default)]
    elements: Vec<Element>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Element {
    Contact(Contact),
    /// An address, or an element of a shape that we do not know.
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    vrf_stu: Option<String>,
}

impl Person {
    /// Whether the answer is about somebody else than was asked for.
    pub(crate) fn is_of_another(&self, subject: Oid) -> bool {
        self.oid.is_some_and(|oid| oid != subject)
    }

    /// Whether the account is deleted (`REGISTERED`/`DELETED`, in older texts with small letters).
    pub(crate) fn is_deleted(&self) -> bool {
        self.status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("DELETED"))
    }

    /// The claims, without contacts. A field that does not parse is not said: unknown agrees with nothing. A name
    /// that does not parse is kept as unsound, which equals nothing and is told so.
    pub(crate) fn claims(&self, now: Timestamp) -> Claims {
        let has_name = self.first_name.is_some() || self.last_name.is_some();
        let name = has_name.then(|| {
            RegisteredName::from_record(
                text(self.last_name.as_ref()),
                text(self.first_name.as_ref()),
                text(self.middle_name.as_ref()),
            )
        });
        Claims {
            name,
            snils: self
                .snils
                .as_deref()
                .and_then(|text| Snils::parse(text).ok()),
            birth_date: self
                .birth_date
                .as_deref()
                .and_then(|text| BirthDate::parse(text, latest_today(now)).ok()),
            // Not asked for: no rule looks at it.
            gender: None,
            contacts: None,
        }
    }
}

fn text(part: Option<&String>) -> &str {
    part.map_or("", String::as_str)
}

/// The latest day that is anywhere «today»: the organisation's zone is not known here.
fn latest_today(now: Timestamp) -> NaiveDate {
    let today = now.date_naive();
    today.checked_add_days(Days::new(1)).unwrap_or(today)
}

impl Contacts {
    /// At most one contact of a kind: a verified one before others, then the first. Work
    /// addresses (`CEM`) and what does not parse are left out.
    pub(crate) fn claims(&self) -> Vec<ContactClaim> {
        let found: Vec<ContactClaim> = self.elements.iter().filter_map(Element::claim).collect();
        let of_kind = |kind: ContactKind| {
            let mut all = found.iter().filter(move |claim| claim.value.kind() == kind);
            let verified = all
                .clone()
                .find(|claim| claim.verification == Verification::Verified);
            verified.or_else(|| all.next()).cloned()
        };
        ContactKind::ALL.into_iter().filter_map(of_kind).collect()
    }
}

impl Element {
    fn claim(&self) -> Option<ContactClaim> {
        let Self::Contact(Contact {
            kind,
            value,
            vrf_stu,
        }) = self
        else {
            return None;
        };
        let value = match kind.as_str() {
            "MBT" => ContactValue::Mobile(PhoneNumber::parse(value).ok()?),
            "PHN" => ContactValue::Home(PhoneNumber::parse(value).ok()?),
            "EML" => ContactValue::Email(EmailAddress::parse(value).ok()?),
            _ => return None,
        };
        let verification = match vrf_stu.as_deref() {
            Some("VERIFIED") => Verification::Verified,
            _ => Verification::Unverified,
        };
        Some(ContactClaim {
            value,
            verification,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn now() -> Timestamp {
        "2026-01-15T09:30:45Z".parse().unwrap()
    }

    fn claims(person: Value) -> Claims {
        serde_json::from_value::<Person>(person)
            .unwrap()
            .claims(now())
    }

    #[test]
    fn a_full_answer_becomes_claims_and_unknown_fields_are_passed_over() {
        let found = claims(json!({
            "stateFacts": ["EntityRoot"], "firstName": "Марина", "lastName": "Соколова",
            "middleName": "Игоревна", "birthDate": "14.03.1988", "gender": "F",
            "snils": "112-233-445 95", "trusted": true, "status": "REGISTERED", "new": {"x": [1]},
        }));
        let RegisteredName::Sound(name) = found.name.unwrap() else {
            panic!("sound")
        };
        assert_eq!(name.full(), "Соколова Марина Игоревна");
        assert_eq!(found.snils.unwrap().digits(), "11223344595");
        assert_eq!(found.birth_date.unwrap().formatted(), "14.03.1988");
        assert_eq!(found.gender, None, "not used, so not taken");
    }

    #[test]
    fn c11_what_is_absent_or_odd_is_not_said() {
        assert_eq!(claims(json!({})), Claims::default());
        let found = claims(json!({
            "birthDate": "1988-13-45", "snils": "000-000-000 00",
        }));
        assert_eq!(found, Claims::default());
        let half = claims(json!({"firstName": "Марина"}));
        assert!(matches!(half.name, Some(RegisteredName::Unsound(_))));
    }

    #[test]
    fn contacts_are_one_of_a_kind_the_verified_one_first() {
        let contacts: Contacts = serde_json::from_value(json!({
            "stateFacts": ["hasSize"], "size": 7, "elements": [
                {"type": "MBT", "value": "+7(910)1234567", "vrfStu": "NOT_VERIFIED"},
                {"type": "MBT", "value": "+7(910)7654321", "vrfStu": "VERIFIED", "id": 1},
                {"type": "EML", "value": "a@example.ru"},
                {"type": "CEM", "value": "work@example.ru", "vrfStu": "VERIFIED"},
                {"type": "PHN", "value": "+7(495)1234567"},
                {"type": "NEW", "value": "x"},
                "https://esia.example/rs/prns/1/ctts/5",
            ],
        }))
        .unwrap();
        let found = contacts.claims();
        let [mobile, home, email] = &found[..] else {
            panic!("{found:?}")
        };
        assert!(matches!(&mobile.value, ContactValue::Mobile(n) if n.e164() == "+79107654321"));
        assert_eq!(mobile.verification, Verification::Verified);
        assert!(matches!(&home.value, ContactValue::Home(n) if n.e164() == "+74951234567"));
        assert_eq!(home.verification, Verification::Unverified);
        assert!(matches!(&email.value, ContactValue::Email(a) if a.as_str() == "a@example.ru"));
    }

    #[test]
    fn contacts_without_embed_or_with_odd_values_are_none() {
        for elements in [
            json!([]),
            json!(["https://esia.example/rs/prns/1/ctts/5"]),
            json!([{"type": "PHN", "value": "+7(495)1234567 доб. 12"}]),
            json!([{"type": "EML", "value": "not an address"}]),
            json!([{"type": "EML"}, 1, null]),
        ] {
            let contacts: Contacts = serde_json::from_value(json!({"elements": elements})).unwrap();
            assert_eq!(contacts.claims(), Vec::new());
        }
    }

    #[test]
    fn contacts_of_an_unknown_shape_are_as_good_as_absent() {
        for (contacts, there) in [
            (json!({"size": 0, "elements": []}), true),
            (json!({"elements": [1]}), true),
            (json!({"size": 1}), false),
            (json!(["https://esia.example/rs/prns/1/ctts/5"]), false),
            (json!("x"), false),
            (json!(null), false),
        ] {
            let person = json!({"firstName": "Марина", "contacts": contacts});
            let person: Person = serde_json::from_value(person).unwrap();
            assert_eq!(person.contacts.is_some(), there, "{contacts}");
            assert!(person.claims(now()).name.is_some());
        }
    }

    #[test]
    fn b7_an_answer_about_another_person_is_seen() {
        let asked: Oid = serde_json::from_str("1").unwrap();
        for (person, other) in [
            (json!({}), false),
            (json!({"oid": 1}), false),
            (json!({"oid": "1"}), false),
            (json!({"oid": 2}), true),
        ] {
            let person: Person = serde_json::from_value(person).unwrap();
            assert_eq!(person.is_of_another(asked), other);
        }
    }
}
