//! The policies: the preset's, each region's and each organisation's. A region's table names
//! only what differs from the preset, an organisation's what differs from its region.

use std::collections::{BTreeMap, BTreeSet};

use linking_core::{
    policy::{Policy, PolicyBook},
    provider::ProviderId,
    region::{ExternalId, RegionCode},
};
use sha2::{Digest, Sha256};

use super::{Consents, Providers, problem::Problems, section::Section};

/// The policies, with all providers that one of them switches on.
#[derive(Debug, Clone)]
pub(super) struct Policies {
    pub(super) book: PolicyBook,
    pub(super) effective: BTreeMap<String, Policy>,
}

impl Policies {
    /// SHA-256 in hex over every policy in its canonical text.
    pub(super) fn digest(&self) -> String {
        hex::encode(Sha256::digest(format!("{:?}", self.effective)))
    }

    /// A provider that a policy switches on needs its adapter's settings and a consent text.
    pub(super) fn check_providers(
        &self,
        consents: &Consents,
        settings: &Providers,
        problems: &Problems,
    ) {
        let used: BTreeSet<&ProviderId> = self
            .effective
            .values()
            .flat_map(|policy| &policy.providers)
            .collect();
        for provider in used {
            let missing = "is missing: a policy switches this provider on";
            if consents.current(provider).is_none() {
                problems.add(&format!("consents.{provider}.version"), "", missing);
            }
            if !settings.gosuslugi.contains_key(provider) {
                problems.add(&format!("providers.{provider}"), "", missing);
            }
        }
    }
}

pub(super) fn read(root: &mut Section<'_>) -> Option<Policies> {
    let mut regions = root.section("regions");
    let mut organizations = root.section("organizations");
    let preset = policy(&mut root.section("policy"), None)?;
    let mut book = PolicyBook::new(preset.clone());
    let mut effective = BTreeMap::from([("policy".to_owned(), preset.clone())]);
    let mut whole = true;
    let mut of_regions = BTreeMap::new();
    for key in regions.keys() {
        let mut section = regions.section(&key);
        let Ok(code) = key.parse::<RegionCode>() else {
            regions.problem(
                &key,
                "is no region code: lower-case Latin letters, digits, hyphens",
            );
            whole = false;
            continue;
        };
        let Some(policy) = policy(&mut section, Some(&preset)) else {
            whole = false;
            continue;
        };
        book = book.with_region(code.clone(), policy.clone());
        effective.insert(regions.name(&key), policy.clone());
        of_regions.insert(code, policy);
    }
    for region in organizations.keys() {
        let mut section = organizations.section(&region);
        let Ok(code) = region.parse::<RegionCode>() else {
            organizations.problem(&region, "is no region code");
            whole = false;
            continue;
        };
        let base = of_regions.get(&code).unwrap_or(&preset);
        for key in section.keys() {
            let mut own = section.section(&key);
            let id = key.parse::<ExternalId>();
            let (Ok(id), Some(policy)) = (id, policy(&mut own, Some(base))) else {
                whole = false;
                continue;
            };
            effective.insert(section.name(&key), policy.clone());
            book = book.with_organization(code.clone(), id, policy);
        }
    }
    whole.then_some(Policies { book, effective })
}

/// Reads a policy; what a table leaves out is as in `base`, and without a base it is missing.
fn policy(section: &mut Section<'_>, base: Option<&Policy>) -> Option<Policy> {
    let provider = |text: &str| {
        text.parse::<ProviderId>()
            .map_err(|error| error.to_string())
    };
    let policy = match base {
        None => {
            let providers = section.list("providers", provider);
            let link_ways = section.word("link-ways");
            let identity_sharing = section.word("identity-sharing");
            let contact_choice = section.word("contact-choice");
            let patronymic = section.word("patronymic");
            let sign_in_form = section.word("sign-in-form");
            section.finish();
            Policy {
                providers: providers?.into_iter().collect(),
                link_ways: link_ways?,
                identity_sharing: identity_sharing?,
                contact_choice: contact_choice?,
                patronymic: patronymic?,
                sign_in_form: sign_in_form?,
            }
        }
        Some(base) => {
            let providers = section.optional_list("providers", provider);
            let link_ways = section.optional_word("link-ways");
            let identity_sharing = section.optional_word("identity-sharing");
            let contact_choice = section.optional_word("contact-choice");
            let patronymic = section.optional_word("patronymic");
            let sign_in_form = section.optional_word("sign-in-form");
            section.finish();
            Policy {
                providers: providers
                    .ok()?
                    .map_or_else(|| base.providers.clone(), |own| own.into_iter().collect()),
                link_ways: link_ways.ok()?.unwrap_or(base.link_ways),
                identity_sharing: identity_sharing.ok()?.unwrap_or(base.identity_sharing),
                contact_choice: contact_choice.ok()?.unwrap_or(base.contact_choice),
                patronymic: patronymic.ok()?.unwrap_or(base.patronymic),
                sign_in_form: sign_in_form.ok()?.unwrap_or(base.sign_in_form),
            }
        }
    };
    Some(policy)
}
