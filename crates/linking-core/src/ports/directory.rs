//! The port behind the pickers of the sign-in page.

use std::fmt;

use async_trait::async_trait;

use crate::{
    ids::OrganizationId,
    ports::StoreError,
    region::{Locality, Organization, OrganizationType, Region, RegionCode},
};

/// What to search for. Words match anywhere in the name, in any order, whatever the case; digits
/// match whole numbers («школа 3» finds № 3 and № 30 by prefix).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationSearch {
    /// In which region.
    pub region: RegionCode,
    /// In which city or village, if chosen.
    pub locality: Option<Locality>,
    /// Schools or authorities.
    pub kind: OrganizationType,
    /// The words; empty: all.
    pub words: String,
    /// How many at most.
    pub limit: u16,
}

/// The first hits of a search, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationPage {
    /// The first hits, by name.
    pub first: Vec<Organization>,
    /// How many there are in all.
    pub total: u64,
}

/// Regions, localities and organisations.
#[async_trait]
pub trait Directory: fmt::Debug + Send + Sync {
    /// All regions, by name.
    async fn regions(&self) -> Result<Vec<Region>, StoreError>;

    /// One region.
    async fn region(&self, code: &RegionCode) -> Result<Option<Region>, StoreError>;

    /// Localities of a region that have such an organisation and whose name begins with or holds
    /// the words; by name, at most `limit`.
    async fn localities(
        &self,
        region: &RegionCode,
        kind: OrganizationType,
        words: &str,
        limit: u16,
    ) -> Result<Vec<Locality>, StoreError>;

    /// Searches organisations.
    async fn organizations(
        &self,
        search: &OrganizationSearch,
    ) -> Result<OrganizationPage, StoreError>;

    /// One organisation.
    async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError>;
}
