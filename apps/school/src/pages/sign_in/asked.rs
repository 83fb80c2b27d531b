//! What the sign-in page was asked for beside a place.

use linking_core::{policy::SignInWish, region::OrganizationType};

use crate::{
    pages::place::query_of,
    web::{fields::Fields, next::ReturnTo},
};

/// What the page was asked for beside a place; every link and form of it says so again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Where the person goes after the sign-in.
    pub(super) to: ReturnTo,
    /// The local form where the provider comes first.
    pub(super) local: bool,
}

impl Asked {
    /// Reads a query or a form.
    pub(super) fn read(fields: &Fields) -> Self {
        Self {
            to: ReturnTo::from_code(fields.get("to")),
            local: fields.get("form") == Some("local"),
        }
    }

    /// The same, with the local form.
    pub(super) const fn locally(self) -> Self {
        Self {
            local: true,
            ..self
        }
    }

    /// What the policy is asked.
    pub(super) const fn wish(self) -> SignInWish {
        if self.local {
            SignInWish::Local
        } else {
            SignInWish::Nothing
        }
    }

    /// Its names and values.
    pub(super) fn fields(self) -> Vec<(&'static str, String)> {
        let to = (self.to != ReturnTo::Home).then(|| ("to", self.to.code().to_owned()));
        let form = self.local.then(|| ("form", "local".to_owned()));
        to.into_iter().chain(form).collect()
    }

    /// The query of this page at a place.
    pub(super) fn query(self, place: Vec<(&'static str, String)>) -> String {
        let pairs: Vec<_> = self.fields().into_iter().chain(place).collect();
        query_of(&pairs)
    }

    /// An address of this page, with what was asked for.
    pub(super) fn address(self, path: &str, place: Vec<(&'static str, String)>) -> String {
        let query = self.query(place);
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }
}

/// The page of a tab.
pub(super) const fn path_of(kind: OrganizationType) -> &'static str {
    match kind {
        OrganizationType::School => "/sign-in",
        OrganizationType::Authority => "/sign-in/authority",
    }
}
