//! What a region or an organisation has decided. Looked up by organisation, then region, then
//! preset. It has fields only for what is built.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    person::PatronymicRule,
    provider::{ProviderId, Switch},
    region::{ExternalId, Organization, RegionCode},
};

/// From where a person may link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkWays {
    /// From the provider's sign-in and from the settings.
    Both,
    /// From the settings alone.
    Settings,
}

/// How many accounts one identity may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentitySharing {
    /// One (invariant 2).
    OneAccountPerIdentity,
}

/// What the sign-in page shows first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInForm {
    /// The local form, with the providers beside it.
    LocalFirst,
    /// The provider, with a link to the local form.
    ProviderFirst,
    /// The provider alone; the local form is reached only from within a flow.
    ProviderOnly,
}

/// What the person has asked the sign-in page for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInWish {
    /// Nothing in particular.
    Nothing,
    /// The local form.
    Local,
}

/// What the sign-in page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInOffer {
    /// The provider that stands in place of the local form.
    pub first: Option<ProviderId>,
    /// The other providers, in the region's order.
    pub beside: Vec<ProviderId>,
    /// Whether the local form can be had.
    pub local: bool,
}

/// What one organisation goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The providers that are on. Empty: none.
    pub providers: BTreeSet<ProviderId>,
    /// From where a person may link.
    pub link_ways: LinkWays,
    /// How many accounts one identity may enter.
    pub identity_sharing: IdentitySharing,
    /// Whether the person chooses which contacts the diary keeps.
    pub contact_choice: Switch,
    /// Whether a patronymic may stand on one side alone.
    pub patronymic: PatronymicRule,
    /// What the sign-in page shows first.
    pub sign_in_form: SignInForm,
}

impl Policy {
    /// What the sign-in page shows, of the providers that are connected (`texts.md`, section 6).
    #[must_use]
    pub fn sign_in_offer(
        &self,
        wants: SignInWish,
        is_connected: impl Fn(&ProviderId) -> bool,
    ) -> SignInOffer {
        let mut beside: Vec<ProviderId> = self
            .providers
            .iter()
            .filter(|id| is_connected(id))
            .cloned()
            .collect();
        let comes_first = match (self.sign_in_form, wants) {
            (SignInForm::ProviderFirst, SignInWish::Nothing) | (SignInForm::ProviderOnly, _) => {
                !beside.is_empty()
            }
            (SignInForm::ProviderFirst, SignInWish::Local) | (SignInForm::LocalFirst, _) => false,
        };
        SignInOffer {
            first: comes_first.then(|| beside.remove(0)),
            beside,
            local: self.sign_in_form != SignInForm::ProviderOnly,
        }
    }

    /// Whether a provider is on.
    #[must_use]
    pub fn allows(&self, provider: &ProviderId) -> bool {
        self.providers.contains(provider)
    }
}

/// Every policy of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyBook {
    preset: Policy,
    regions: BTreeMap<RegionCode, Policy>,
    organizations: BTreeMap<(RegionCode, ExternalId), Policy>,
}

impl PolicyBook {
    /// A book with the preset's policy alone.
    #[must_use]
    pub const fn new(preset: Policy) -> Self {
        Self {
            preset,
            regions: BTreeMap::new(),
            organizations: BTreeMap::new(),
        }
    }

    /// Sets a region's policy.
    #[must_use]
    pub fn with_region(mut self, region: RegionCode, policy: Policy) -> Self {
        self.regions.insert(region, policy);
        self
    }

    /// Sets an organisation's policy.
    #[must_use]
    pub fn with_organization(
        mut self,
        region: RegionCode,
        organization: ExternalId,
        policy: Policy,
    ) -> Self {
        self.organizations.insert((region, organization), policy);
        self
    }

    /// The policy where nothing but the installation is known.
    #[must_use]
    pub const fn preset(&self) -> &Policy {
        &self.preset
    }

    /// The policy of a region.
    #[must_use]
    pub fn of_region(&self, region: &RegionCode) -> &Policy {
        self.regions.get(region).unwrap_or(&self.preset)
    }

    /// The policy of an organisation.
    #[must_use]
    pub fn of(&self, organization: &Organization) -> &Policy {
        self.organizations
            .get(&(
                organization.region.code.clone(),
                organization.external_id.clone(),
            ))
            .unwrap_or_else(|| self.of_region(&organization.region.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(form: SignInForm) -> Policy {
        Policy {
            providers: ["a", "b", "gone"].map(|id| id.parse().unwrap()).into(),
            link_ways: LinkWays::Both,
            identity_sharing: IdentitySharing::OneAccountPerIdentity,
            contact_choice: Switch::On,
            patronymic: PatronymicRule::MustAgree,
            sign_in_form: form,
        }
    }

    #[test]
    fn the_sign_in_page_shows_what_the_policy_says() {
        use SignInForm as F;
        use SignInWish as W;
        for (form, wish, first, beside, local) in [
            (F::LocalFirst, W::Nothing, None, "a b", true),
            (F::LocalFirst, W::Local, None, "a b", true),
            (F::ProviderFirst, W::Nothing, Some("a"), "b", true),
            (F::ProviderFirst, W::Local, None, "a b", true),
            (F::ProviderOnly, W::Nothing, Some("a"), "b", false),
            (F::ProviderOnly, W::Local, Some("a"), "b", false),
        ] {
            let offer = policy(form).sign_in_offer(wish, |id| id.as_str() != "gone");
            let names: Vec<&str> = offer.beside.iter().map(ProviderId::as_str).collect();
            assert_eq!(
                offer.first.as_ref().map(ProviderId::as_str),
                first,
                "{form:?}"
            );
            assert_eq!(names.join(" "), beside, "{form:?} {wish:?}");
            assert_eq!(offer.local, local, "{form:?}");
        }
        let none = policy(F::ProviderOnly).sign_in_offer(W::Nothing, |_| false);
        assert_eq!((none.first, none.beside.len()), (None, 0));
    }
}
