//! Names and values of a query or a form, each name once (`threats.md` A14).

use std::{collections::BTreeMap, fmt};

use axum::{extract::FromRequestParts, http::request::Parts};
use linking_core::secret::SecretText;

use crate::web::problem::Problem;

/// More names than any page of ours has.
const MOST: usize = 32;

/// Names and values of a query or a form. Values may be a person's or a password: they are wiped
/// on drop and do not print.
#[derive(Clone, Default)]
pub(crate) struct Fields(BTreeMap<String, SecretText>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text; none if a name stands twice, there are
    /// too many, or the octets are no UTF-8.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            // The parser puts this character where it could not read.
            if fields.len() >= MOST || name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return None;
            }
            let value = SecretText::new(value.into_owned());
            if fields.insert(name.into_owned(), value).is_some() {
                return None;
            }
        }
        Some(Self(fields))
    }

    /// A value; none if the name is missing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(SecretText::expose)
    }

    /// A value without the blanks at its ends; none if the name is missing or nothing else is
    /// there.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// A value that reads as something; none if it is missing or does not.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.filled(name).and_then(|text| text.parse().ok())
    }

    /// Whether there is no name but these (`threats.md` G6).
    pub(crate) fn has_only(&self, names: &[&str]) -> bool {
        self.0.keys().all(|name| names.contains(&name.as_str()))
    }

    /// Every name and value, for an answer of a provider.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()))
    }
}

impl fmt::Debug for Fields {
    /// Names alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The query of an address. An unknown name is no fault: other sites add theirs to links.
#[derive(Debug)]
pub(crate) struct Query(pub(crate) Fields);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        Fields::parse(query.as_bytes())
            .map(Self)
            .ok_or(Problem::BadRequest)
    }
}

/// A form that the guard has admitted: its token was right, and was taken out. There is no other
/// way to a request's body, so that no handler can forget the check (`threats.md` G4).
#[derive(Debug, Clone)]
pub(crate) struct Form(pub(in crate::web) Fields);

impl Form {
    /// The fields, if there are none but these; a handler names all that it takes.
    pub(crate) fn only(self, names: &[&str]) -> Result<Fields, Problem> {
        if self.0.has_only(names) {
            Ok(self.0)
        } else {
            Err(Problem::BadRequest)
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .remove::<Self>()
            .ok_or(Problem::Contradiction("a form came past the guard"))
    }
}

/// Takes a field out, so that handlers see their own fields alone.
pub(in crate::web) fn take(fields: &mut Fields, name: &str) -> Option<SecretText> {
    fields.0.remove(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_a_name_that_stands_twice_is_refused() {
        assert!(Fields::parse(b"code=1&state=2").is_some());
        assert!(Fields::parse(b"state=1&state=1").is_none());
        assert!(Fields::parse(b"state=1&st%61te=2").is_none());
        let many = (0..33)
            .map(|n| format!("n{n}=1"))
            .collect::<Vec<_>>()
            .join("&");
        assert!(Fields::parse(many.as_bytes()).is_none());
    }

    #[test]
    fn octets_that_are_no_text_are_refused() {
        assert!(Fields::parse(b"login=%ff").is_none());
        assert_eq!(
            Fields::parse("login=%D1%8F".as_bytes())
                .and_then(|f| f.get("login").map(str::to_owned)),
            Some("я".to_owned())
        );
    }

    #[test]
    fn h1_fields_print_their_names_alone() {
        let fields = Fields::parse(b"password=sesame").unwrap();
        assert_eq!(format!("{fields:?}"), "{\"password\"}");
    }
}
