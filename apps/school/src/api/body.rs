//! Typed requests: a structure for each route, whose fields are all that it takes. Every field
//! that does not fit is told at once, by its place and never by its value (`threats.md` G6, H1).

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use axum::{extract::FromRequestParts, http::request::Parts};
use linking_core::secret::{Password, PasswordFault, SecretText};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    api::{admission::RawBody, tree, trouble::Trouble},
    web::problem::Problem,
};

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FaultCode {
    /// There is no such field.
    Unknown,
    /// The field must be there.
    Missing,
    /// The field stands twice.
    Doubled,
    /// The value is not of the field's type or form.
    Unfit,
    /// A new password with too few characters.
    TooShort,
    /// A new password that is among those tried first.
    Common,
    /// A new password that is the login, or little more.
    LikeLogin,
}

impl From<PasswordFault> for FaultCode {
    fn from(fault: PasswordFault) -> Self {
        match fault {
            PasswordFault::TooShort => Self::TooShort,
            PasswordFault::Common => Self::Common,
            PasswordFault::LikeLogin => Self::LikeLogin,
        }
    }
}

/// A field that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// A JSON pointer into the body (RFC 6901), or a name of the query.
    pub(super) place: String,
    pub(super) code: FaultCode,
}

impl Fault {
    pub(super) const fn at(place: String, code: FaultCode) -> Self {
        Self { place, code }
    }
}

/// Where the fields stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the body.
    Body,
    /// In the address.
    Query,
}

/// Fields that do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) place: Place,
    pub(super) faults: Vec<Fault>,
}

impl Unfit {
    /// A field of the body whose value does not fit.
    pub(super) fn at(pointer: &str) -> Self {
        Self {
            place: Place::Body,
            faults: vec![Fault::at(pointer.to_owned(), FaultCode::Unfit)],
        }
    }
}

/// A JSON pointer.
pub(super) fn pointer(path: &[String]) -> String {
    path.iter().fold(String::new(), |mut pointer, name| {
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        pointer
    })
}

/// Takes the fields of an object one by one.
pub(super) struct Fields {
    left: Map<String, Value>,
    place: Place,
    faults: Vec<Fault>,
}

impl Fields {
    fn place_of(&self, name: &str) -> String {
        match self.place {
            Place::Body => pointer(&[name.to_owned()]),
            Place::Query => name.to_owned(),
        }
    }

    /// Takes a field; where it does not fit, that is noted and nothing is given.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.left.remove(name);
        let place = self.place_of(name);
        let is_missing = value.is_none();
        let track = serde_path_to_error::deserialize(value.unwrap_or(Value::Null));
        match track {
            Ok(value) => Some(value),
            Err(_) if is_missing => {
                self.faults.push(Fault::at(place, FaultCode::Missing));
                None
            }
            Err(error) => {
                let inner: Vec<String> = error
                    .path()
                    .iter()
                    .map(ToString::to_string)
                    .filter(|part| part != "?")
                    .map(|part| part.trim_matches(['[', ']']).to_owned())
                    .collect();
                let place = format!("{place}{}", pointer(&inner));
                self.faults.push(Fault::at(place, FaultCode::Unfit));
                None
            }
        }
    }

    fn finish(mut self) -> Vec<Fault> {
        let left: Vec<String> = self.left.keys().cloned().collect();
        for name in left {
            let place = self.place_of(&name);
            self.faults.push(Fault::at(place, FaultCode::Unknown));
        }
        self.faults
    }
}

/// A request's structure. Made by [`request`] alone, which takes every field and no other.
pub(super) trait Request: Sized {
    /// Takes the fields.
    fn take(fields: &mut Fields) -> Option<Self>;
}

/// Declares a request's structure.
macro_rules! request {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$field_meta])* pub(super) $field: $type,)*
        }

        impl crate::api::body::Request for $name {
            fn take(fields: &mut crate::api::body::Fields) -> Option<Self> {
                // A request without fields takes none.
                let _ = &*fields;
                $(let $field = fields.take(stringify!($field));)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}
pub(super) use request;

fn read<T: Request>(
    left: Map<String, Value>,
    place: Place,
    doubled: Vec<Fault>,
) -> Result<T, Unfit> {
    let mut fields = Fields {
        left,
        place,
        faults: doubled,
    };
    let request = T::take(&mut fields);
    let faults = fields.finish();
    match request {
        Some(request) if faults.is_empty() => Ok(request),
        Some(_) | None => Err(Unfit { place, faults }),
    }
}

/// A body of JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: Request, S: Sync> FromRequestParts<S> for Json<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let RawBody(text) = parts
            .extensions
            .remove()
            .ok_or(Problem::Contradiction("a body came past the admission"))?;
        let (value, doubled) = tree::read(&text).ok_or(Problem::BadRequest)?;
        let Value::Object(object) = value else {
            return Err(Trouble::Unfit(Unfit::at("")));
        };
        read(object, Place::Body, doubled)
            .map(Self)
            .map_err(Trouble::Unfit)
    }
}

/// The query of an address.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: Request, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let query = parts.uri.query().unwrap_or_default();
        let mut object = Map::new();
        let mut doubled = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            // The parser puts this character where it could not read.
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') || object.len() > 32 {
                return Err(Problem::BadRequest.into());
            }
            let value = Value::String(value.into_owned());
            if object.insert(name.clone().into_owned(), value).is_some() {
                doubled.insert(name.into_owned());
            }
        }
        let doubled = doubled
            .into_iter()
            .map(|name| Fault::at(name, FaultCode::Doubled))
            .collect();
        read(object, Place::Query, doubled)
            .map(Self)
            .map_err(Trouble::Unfit)
    }
}

/// A value that is written in one way alone: an identifier, a code, a number in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exact<T>(pub(super) T);

impl<'de, T: FromStr + Display> Deserialize<'de> for Exact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        exact(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("is not written so"))
    }
}

/// Reads a text that its type would write just so.
pub(super) fn exact<T: FromStr + Display>(text: &str) -> Option<T> {
    text.parse()
        .ok()
        .filter(|read: &T| read.to_string() == text)
}

/// A text of 1 to `MOST` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<const MOST: usize>(pub(super) String);

impl<'de, const MOST: usize> Deserialize<'de> for Text<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=MOST).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("is too long or empty"))
        }
    }
}

/// A text that does not print, of 1 to `MOST` characters.
#[derive(Debug)]
pub(super) struct Hidden<const MOST: usize>(pub(super) SecretText);

impl<'de, const MOST: usize> Deserialize<'de> for Hidden<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::<MOST>::deserialize(deserializer).map(|text| Self(SecretText::new(text.0)))
    }
}

/// Where every request names the password that is to be.
pub(super) const NEW_PASSWORD: &str = "/new_password";

/// A new password as it can be looked at; what is too long for any is none.
pub(super) fn new_password(typed: &Hidden<1024>) -> Result<Password, Trouble> {
    Password::new(typed.0.expose().to_owned())
        .ok_or_else(|| Trouble::Unfit(Unfit::at(NEW_PASSWORD)))
}

#[cfg(test)]
mod tests {
    use super::*;

    request! {
        /// A request.
        Sample {
            /// An identifier.
            #[schema(value_type = String)]
            region: Exact<linking_core::region::RegionCode>,
            /// A secret.
            #[schema(value_type = String)]
            password: Hidden<5>,
            /// Numbers.
            numbers: Option<Vec<u8>>,
        }
    }

    fn told(text: &str) -> Vec<(String, FaultCode)> {
        let (value, doubled) = tree::read(text.as_bytes()).unwrap();
        let Value::Object(object) = value else {
            panic!("{text}");
        };
        match read::<Sample>(object, Place::Body, doubled) {
            Ok(sample) => {
                assert_eq!(sample.region.0.as_str(), "65");
                assert!(sample.password.0.expose().starts_with('1'));
                assert!(sample.numbers.is_none_or(|numbers| numbers == [1]));
                Vec::new()
            }
            Err(unfit) => unfit
                .faults
                .into_iter()
                .map(|fault| (fault.place, fault.code))
                .collect(),
        }
    }

    #[test]
    fn g6_every_field_that_does_not_fit_is_told_at_once() {
        use FaultCode::{Doubled, Missing, Unfit, Unknown};
        let fit = r#"{"region":"65","password":"12345","numbers":[1]}"#;
        assert_eq!(told(fit), []);
        assert_eq!(told(r#"{"region":"65","password":"1"}"#), []);
        let at = |place: &str, code| (place.to_owned(), code);
        assert_eq!(
            told(r#"{"region":" 65","numbers":[1,2,"x"],"role":"administrator","a/b":0}"#),
            [
                at("/region", Unfit),
                at("/password", Missing),
                at("/numbers/2", Unfit),
                at("/a~1b", Unknown),
                at("/role", Unknown),
            ]
        );
        assert_eq!(
            told(r#"{"region":"65","password":"1","password":"2"}"#),
            [at("/password", Doubled)]
        );
        assert_eq!(
            told(r#"{"region":null,"password":"123456"}"#),
            [at("/region", Unfit), at("/password", Unfit)]
        );
    }

    #[test]
    fn h1_a_secret_does_not_print() {
        let object = serde_json::json!({"region": "65", "password": "sesam"});
        let Value::Object(object) = object else {
            panic!();
        };
        let sample = read::<Sample>(object, Place::Body, Vec::new()).unwrap();
        assert!(!format!("{sample:?}").contains("sesam"));
    }
}
