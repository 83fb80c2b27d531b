//! The port `Directory`: looks at every organisation, each time.

use async_trait::async_trait;
use linking_core::{
    ids::OrganizationId,
    ports::{Directory, OrganizationPage, OrganizationSearch, StoreError},
    region::{Locality, Organization, OrganizationType, Region, RegionCode},
};

use super::{MemoryStore, records::Records};

/// A piece of a text: letters alone, or digits alone.
type Word = String;

/// The words of a text: lower case, ё as е, letters and digits apart.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut kind = None;
    for c in text.to_lowercase().replace('ё', "е").chars() {
        let of = c.is_alphanumeric().then(|| c.is_numeric());
        match words.last_mut() {
            Some(word) if of.is_some() && of == kind => word.push(c),
            _ if of.is_some() => words.push(c.to_string()),
            _ => {}
        }
        kind = of;
    }
    words
}

/// By what names are sorted: numbers by their value.
pub(super) fn order(name: &str) -> Vec<(u64, Word)> {
    let part = |word: Word| (word.parse().unwrap_or(u64::MAX), word);
    words(name).into_iter().map(part).collect()
}

/// Whether each word that is sought begins a word of the name.
fn holds(name: &str, sought: &str) -> bool {
    let held = words(name);
    let begins_one = |word: &Word| held.iter().any(|other| other.starts_with(word.as_str()));
    words(sought).iter().all(begins_one)
}

#[async_trait]
impl Directory for MemoryStore {
    async fn regions(&self) -> Result<Vec<Region>, StoreError> {
        self.read(|records| {
            let mut regions: Vec<Region> = records.regions.values().cloned().collect();
            regions.sort_by(|a, b| a.name.cmp(&b.name));
            regions
        })
        .await
    }

    async fn region(&self, code: &RegionCode) -> Result<Option<Region>, StoreError> {
        self.read(|records| records.regions.get(code).cloned())
            .await
    }

    async fn localities(
        &self,
        region: &RegionCode,
        kind: OrganizationType,
        words: &str,
        limit: u16,
    ) -> Result<Vec<Locality>, StoreError> {
        self.read(|records| records.localities(region, kind, words, limit))
            .await
    }

    async fn organizations(
        &self,
        search: &OrganizationSearch,
    ) -> Result<OrganizationPage, StoreError> {
        self.read(|records| records.search(search)).await
    }

    async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        self.read(|records| records.organizations.get(&id).cloned())
            .await
    }
}

impl Records {
    fn localities(
        &self,
        region: &RegionCode,
        kind: OrganizationType,
        sought: &str,
        limit: u16,
    ) -> Vec<Locality> {
        let sought = words(sought).join(" ");
        let mut localities: Vec<Locality> = self
            .organizations
            .values()
            .filter(|known| known.region.code == *region && known.kind == kind)
            .map(|known| known.locality.clone())
            .filter(|locality| words(locality.as_str()).join(" ").contains(&sought))
            .collect();
        localities.sort_by_cached_key(|locality| order(locality.as_str()));
        localities.dedup();
        localities.truncate(limit.into());
        localities
    }

    fn search(&self, search: &OrganizationSearch) -> OrganizationPage {
        let in_place = |known: &&Organization| {
            known.region.code == search.region
                && known.kind == search.kind
                && search
                    .locality
                    .as_ref()
                    .is_none_or(|locality| known.locality == *locality)
        };
        let mut found: Vec<&Organization> = self
            .organizations
            .values()
            .filter(in_place)
            .filter(|known| holds(known.name.as_str(), &search.words))
            .collect();
        found.sort_by_cached_key(|known| (order(known.name.as_str()), known.id));
        OrganizationPage {
            total: u64::try_from(found.len()).unwrap_or(u64::MAX),
            first: found
                .into_iter()
                .take(search.limit.into())
                .cloned()
                .collect(),
        }
    }
}
