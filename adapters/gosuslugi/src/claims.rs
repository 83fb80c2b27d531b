//! What ESIA's tokens say (`esia.md` 5.3).

use std::fmt;

use chrono::DateTime;
use linking_core::{
    person::Snils,
    provider::{AssuranceLevel, AuthenticationMethod, Subject},
    time::Timestamp,
};
use serde::{Deserialize, Deserializer, de};

/// An ESIA subject, «OID»: a whole number above zero in 64 bits. Number and text are one subject
/// (`threats.md` C16): `1000000001` and `"1000000001"`; a fraction, an exponent, a sign, a leading
/// zero or a blank is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Oid(u64);

impl Oid {
    /// The subject as the core keeps it: decimal digits.
    pub(crate) fn subject(self) -> Option<Subject> {
        self.to_string().parse().ok()
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Oid(•••)")
    }
}

impl<'de> Deserialize<'de> for Oid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Oid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number above zero, or its decimal digits")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Oid, E> {
                if number == 0 {
                    Err(E::custom("zero is no subject"))
                } else {
                    Ok(Oid(number))
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Oid, E> {
                let number: u64 = text.parse().map_err(|_| E::custom("not a whole number"))?;
                if number.to_string() == text {
                    self.visit_u64(number)
                } else {
                    Err(E::custom("not in plain decimal digits"))
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The header's kind of token (`sbt`).
#[derive(Deserialize)]
pub(crate) struct KindHeader {
    #[serde(default)]
    sbt: Option<String>,
}

impl KindHeader {
    pub(crate) fn is(&self, kind: TokenKind) -> bool {
        self.sbt.as_deref() == Some(kind.sbt())
    }
}

/// Which token of ESIA (`threats.md` B8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// The code.
    Code,
    /// The access token.
    Access,
    /// The ID token.
    Id,
}

impl TokenKind {
    const fn sbt(self) -> &'static str {
        match self {
            Self::Code => "authorization_code",
            Self::Access => "access",
            Self::Id => "id",
        }
    }

    /// For the operator's log.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Access => "access token",
            Self::Id => "ID token",
        }
    }
}

/// Of the code, the state that it was made for.
#[derive(Deserialize)]
pub(crate) struct CodeClaims {
    #[serde(rename = "urn:esia:client:state")]
    pub(crate) state: String,
}

/// Of the access token, whose data it opens.
#[derive(Deserialize)]
pub(crate) struct AccessClaims {
    #[serde(rename = "urn:esia:sbj_id")]
    pub(crate) subject: Oid,
}

/// Of the ID token, who signed in, how and when.
#[derive(Deserialize)]
pub(crate) struct IdClaims {
    pub(crate) sub: Oid,
    #[serde(default)]
    auth_time: Option<i64>,
    #[serde(default)]
    amr: OneOrMany,
    #[serde(default, rename = "urn:esia:sbj")]
    person: PersonClaim,
}

#[derive(Deserialize, Default)]
struct PersonClaim {
    #[serde(default, rename = "urn:esia:sbj:oid")]
    oid: Option<Oid>,
    #[serde(default, rename = "urn:esia:sbj:typ")]
    kind: Option<String>,
    #[serde(default, rename = "urn:esia:sbj:is_tru")]
    is_trusted: Option<bool>,
    #[serde(default, rename = "urn:esia:sbj:lvl")]
    level: Option<String>,
    #[serde(default, rename = "urn:esia:sbj:nam")]
    alias: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum OneOrMany {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl IdClaims {
    /// Whether the token names one subject and a natural person.
    pub(crate) fn is_consistent(&self) -> bool {
        self.person.oid.is_none_or(|oid| oid == self.sub)
            && self.person.kind.as_deref().is_none_or(|kind| kind == "P")
    }

    /// Whether person data with this SNILS are of somebody else (`threats.md` B7): ESIA's answer
    /// does not repeat the subject, but the signed alias is `OID.` and the subject or the SNILS
    /// (`esia.md` 5.3). An alias of another form says nothing.
    pub(crate) fn contradicts(&self, snils: Option<&Snils>) -> bool {
        let Some(alias) = &self.person.alias else {
            return false;
        };
        if let Some(oid) = alias.strip_prefix("OID.") {
            return oid != self.sub.to_string();
        }
        let differs = |known: &Snils| Snils::parse(alias).is_ok_and(|alias| alias != *known);
        snils.is_some_and(differs)
    }

    /// When the person signed in, by ESIA's clock.
    pub(crate) fn authenticated_at(&self) -> Option<Timestamp> {
        DateTime::from_timestamp(self.auth_time?, 0)
    }

    /// How the person signed in: `PWD`, `DS`, or something else (`esia.md` 5.3).
    pub(crate) fn methods(&self) -> Vec<AuthenticationMethod> {
        let names: &[String] = match &self.amr {
            OneOrMany::None => &[],
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        };
        names
            .iter()
            .map(|name| match name.as_str() {
                "PWD" => AuthenticationMethod::Password,
                "DS" => AuthenticationMethod::ElectronicSignature,
                _ => AuthenticationMethod::Other,
            })
            .collect()
    }

    /// Whether it is a child's account (`esia.md` 7.2).
    pub(crate) fn is_child(&self) -> bool {
        self.person.level.as_deref() == Some("KD")
    }

    /// The level (`esia.md` 7.2): a child by `lvl`; verified by `is_tru` of the token and
    /// `trusted` of the person, of which one must say yes and none may say no; else simplified,
    /// because ESIA does not tell a client who is standard. `lvl` alone never makes anybody
    /// verified: its `PR` is read in two ways.
    pub(crate) fn assurance(&self, trusted: Option<bool>) -> AssuranceLevel {
        if self.is_child() {
            return AssuranceLevel::Child;
        }
        match (self.person.is_trusted, trusted) {
            (Some(false), _) | (_, Some(false)) | (None, None) => AssuranceLevel::Simplified,
            (Some(true), _) | (_, Some(true)) => AssuranceLevel::Verified,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn oid(json: &str) -> Option<String> {
        serde_json::from_str::<Oid>(json)
            .ok()
            .map(|oid| oid.to_string())
    }

    #[test]
    fn c16_number_and_text_are_one_subject_and_nothing_else_is() {
        for (json, subject) in [
            ("1000000001", "1000000001"),
            ("\"1000000001\"", "1000000001"),
            ("9007199254740993", "9007199254740993"),
            ("\"9007199254740993\"", "9007199254740993"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(oid(json).as_deref(), Some(subject), "{json}");
        }
        for json in [
            "1.0",
            "1e3",
            "1E3",
            "-1",
            "0",
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"0\"",
            "\"01\"",
            "\"+1\"",
            "\" 1\"",
            "\"1 \"",
            "\"1.0\"",
            "\"1e3\"",
            "\"0x1\"",
            "\"١\"",
            "18446744073709551616",
            "\"18446744073709551616\"",
        ] {
            assert_eq!(oid(json), None, "{json}");
        }
        assert_eq!(
            format!("{:?}", serde_json::from_str::<Oid>("5").unwrap()),
            "Oid(•••)"
        );
    }

    fn id_claims(person: &Value) -> IdClaims {
        let claims = json!({"sub": 1, "urn:esia:sbj": person});
        serde_json::from_value(claims).unwrap()
    }

    #[test]
    fn c16_the_subject_is_one_named_claim_without_fall_back() {
        for claims in [
            json!({"urn:esia:sbj": {"urn:esia:sbj:oid": 1}}),
            json!({"id": 1, "uid": 1, "urn:esia:sbj_id": 1}),
        ] {
            assert!(
                serde_json::from_value::<IdClaims>(claims.clone()).is_err(),
                "{claims}"
            );
        }
        let twice = r#"{"sub":1,"sub":2}"#;
        assert!(serde_json::from_str::<IdClaims>(twice).is_err());
        assert!(id_claims(&json!({"urn:esia:sbj:oid": "1"})).is_consistent());
        assert!(!id_claims(&json!({"urn:esia:sbj:oid": 2})).is_consistent());
        assert!(!id_claims(&json!({"urn:esia:sbj:typ": "E"})).is_consistent());
        assert!(id_claims(&json!({"urn:esia:sbj:typ": "P"})).is_consistent());
    }

    #[test]
    fn c14_a_level_needs_a_yes_and_no_no() {
        let yes = json!({"urn:esia:sbj:is_tru": true, "urn:esia:sbj:lvl": "P"});
        let no = json!({"urn:esia:sbj:is_tru": false, "urn:esia:sbj:lvl": "PR"});
        let absent = json!({"urn:esia:sbj:lvl": "PR"});
        let child = json!({"urn:esia:sbj:lvl": "KD", "urn:esia:sbj:is_tru": true});
        for (person, trusted, level) in [
            (&yes, Some(true), AssuranceLevel::Verified),
            (&yes, None, AssuranceLevel::Verified),
            (&yes, Some(false), AssuranceLevel::Simplified),
            (&no, Some(true), AssuranceLevel::Simplified),
            (&no, None, AssuranceLevel::Simplified),
            (&absent, Some(true), AssuranceLevel::Verified),
            (&absent, None, AssuranceLevel::Simplified),
            (&absent, Some(false), AssuranceLevel::Simplified),
            (&child, Some(true), AssuranceLevel::Child),
            (&child, None, AssuranceLevel::Child),
        ] {
            assert_eq!(
                id_claims(person).assurance(trusted),
                level,
                "{person} {trusted:?}"
            );
        }
    }

    #[test]
    fn b7_the_signed_alias_tells_whose_data_they_are() {
        let snils = |text: &str| Snils::parse(text).unwrap();
        let (own, other) = (snils("112-233-445 95"), snils("112-004-998 00"));
        for (alias, of_own, of_other) in [
            (json!("112-233-445 95"), false, true),
            (json!("11223344595"), false, true),
            (json!("OID.1"), false, false),
            (json!("OID.2"), true, true),
            (json!("someone@example.ru"), false, false),
            (json!(null), false, false),
        ] {
            let claims = id_claims(&json!({"urn:esia:sbj:nam": alias}));
            assert_eq!(claims.contradicts(Some(&own)), of_own, "{alias}");
            assert_eq!(claims.contradicts(Some(&other)), of_other, "{alias}");
            assert_eq!(claims.contradicts(None), alias == json!("OID.2"));
        }
    }

    #[test]
    fn methods_are_read_from_text_or_list() {
        use AuthenticationMethod::{ElectronicSignature, Other, Password};
        for (amr, methods) in [
            (json!("PWD"), vec![Password]),
            (json!(["PWD"]), vec![Password]),
            (json!("DS"), vec![ElectronicSignature]),
            (json!(["DS", "X"]), vec![ElectronicSignature, Other]),
            (json!(null), vec![]),
        ] {
            let claims: IdClaims = serde_json::from_value(json!({"sub": 1, "amr": amr})).unwrap();
            assert_eq!(claims.methods(), methods);
        }
    }
}
