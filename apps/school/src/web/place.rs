//! Where a person said that they belong, remembered in a cookie. Nothing of a person: a school
//! has a thousand people.

use linking_core::{
    ids::OrganizationId,
    provider::ProviderId,
    region::{Locality, Organization, OrganizationType, RegionCode},
    usecase::StartOrder,
};

use crate::web::fields::Fields;

/// What was begun last in this browser, so that a flow that ran out begins anew with one press
/// (`threats.md` G16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begun {
    /// For what.
    pub(crate) order: StartOrder,
    /// Through which provider.
    pub(crate) provider: ProviderId,
}

/// The last chosen place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// The tab.
    pub(crate) kind: Option<OrganizationType>,
    /// The region.
    pub(crate) region: Option<RegionCode>,
    /// City or village.
    pub(crate) locality: Option<Locality>,
    /// The organisation.
    pub(crate) organization: Option<OrganizationId>,
    /// What was begun last.
    pub(crate) begun: Option<Begun>,
}

/// The word for a tab in addresses and cookies.
pub(crate) const fn kind_code(kind: OrganizationType) -> &'static str {
    match kind {
        OrganizationType::School => "school",
        OrganizationType::Authority => "authority",
    }
}

/// Reads a [`kind_code`].
pub(crate) fn kind_from_code(code: &str) -> Option<OrganizationType> {
    [OrganizationType::School, OrganizationType::Authority]
        .into_iter()
        .find(|kind| kind_code(*kind) == code)
}

const ORDERS: [(StartOrder, &str); 4] = [
    (StartOrder::SignIn, "sign-in"),
    (StartOrder::Link, "link"),
    (StartOrder::Refresh, "refresh"),
    (StartOrder::StepUp, "step-up"),
];

impl Place {
    /// The place of an organisation.
    pub(crate) fn of(organization: &Organization) -> Self {
        Self {
            kind: Some(organization.kind),
            region: Some(organization.region.code.clone()),
            locality: Some(organization.locality.clone()),
            organization: Some(organization.id),
            begun: None,
        }
    }

    /// Reads a cookie; what does not read is not there.
    pub(crate) fn read(cookie: &str) -> Self {
        let Some(fields) = Fields::parse(cookie.as_bytes()) else {
            return Self::default();
        };
        Self {
            kind: fields.get("kind").and_then(kind_from_code),
            region: fields.parsed("region"),
            locality: fields.parsed("locality"),
            organization: fields.parsed("organization"),
            begun: fields.get("begun").and_then(Begun::read),
        }
    }

    /// The cookie's value.
    pub(crate) fn write(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = self.kind {
            query.append_pair("kind", kind_code(kind));
        }
        if let Some(region) = &self.region {
            query.append_pair("region", region.as_str());
        }
        if let Some(locality) = &self.locality {
            query.append_pair("locality", locality.as_str());
        }
        if let Some(organization) = self.organization {
            query.append_pair("organization", &organization.to_string());
        }
        if let Some(begun) = &self.begun {
            query.append_pair("begun", &begun.write());
        }
        query.finish()
    }

    /// The same place, with what was begun there.
    pub(crate) fn beginning(mut self, order: StartOrder, provider: &ProviderId) -> Self {
        self.begun = Some(Begun {
            order,
            provider: provider.clone(),
        });
        self
    }
}

impl Begun {
    fn read(text: &str) -> Option<Self> {
        let (order, provider) = text.split_once('.')?;
        let (order, _) = ORDERS.iter().find(|(_, code)| *code == order)?;
        Some(Self {
            order: *order,
            provider: provider.parse().ok()?,
        })
    }

    fn write(&self) -> String {
        let code = ORDERS
            .iter()
            .find(|(order, _)| *order == self.order)
            .map_or("", |(_, code)| *code);
        format!("{code}.{}", self.provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back() {
        let place = Place {
            kind: Some(OrganizationType::School),
            region: "65".parse().ok(),
            locality: "пгт Луговое".parse().ok(),
            organization: Some(OrganizationId::from_uuid(uuid::Uuid::from_u128(7))),
            begun: Some(Begun {
                order: StartOrder::Refresh,
                provider: "gosuslugi".parse().unwrap(),
            }),
        };
        let cookie = place.write();
        assert!(cookie.bytes().all(|b| b.is_ascii_graphic() && b != b';'));
        assert_eq!(Place::read(&cookie), place);
    }

    #[test]
    fn a_spoilt_cookie_is_no_place() {
        for text in [
            "",
            "kind=castle&region=../..&organization=acc_1",
            "region=65&region=66",
            "begun=evil.gosuslugi",
        ] {
            assert_eq!(Place::read(text), Place::default(), "{text}");
        }
    }
}
