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
