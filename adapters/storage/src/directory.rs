//! The port `Directory`.

use async_trait::async_trait;
use linking_core::{
    ids::OrganizationId,
    ports::{Directory, OrganizationPage, OrganizationSearch, StoreError},
    region::{Locality, Organization, OrganizationType, Region, RegionCode},
};

use crate::{
    codes::Code,
    connection::query,
    fault::damaged_column,
    open::Storage,
    record::{self, Columns},
    sql::directory as sql,
    words::{folded, word_pattern},
};

#[async_trait]
impl Directory for Storage {
    async fn regions(&self) -> Result<Vec<Region>, StoreError> {
        self.rows(query(sql::REGIONS))
            .await?
            .iter()
            .map(record::region)
            .collect()
    }

    async fn region(&self, code: &RegionCode) -> Result<Option<Region>, StoreError> {
        let row = self.row(query(sql::REGION).bind(code.as_str())).await?;
        row.as_ref().map(record::region).transpose()
    }

    async fn localities(
        &self,
        region: &RegionCode,
        kind: OrganizationType,
        words: &str,
        limit: u16,
    ) -> Result<Vec<Locality>, StoreError> {
        let statement = query(sql::LOCALITIES)
            .bind(region.as_str())
            .bind(kind.code())
            .bind(format!("%{}%", folded(words)))
            .bind(i64::from(limit));
        self.rows(statement)
            .await?
            .iter()
            .map(|row| row.parsed("name"))
            .collect()
    }

    async fn organizations(
        &self,
        search: &OrganizationSearch,
    ) -> Result<OrganizationPage, StoreError> {
        let pattern = word_pattern(&search.words);
        let place = |text| {
            query(text)
                .bind(search.region.as_str())
                .bind(search.kind.code())
                .bind(pattern.as_str())
        };
        let (page, count) = match &search.locality {
            Some(locality) => (
                place(sql::OF_LOCALITY).bind(locality.as_str()),
                place(sql::COUNT_OF_LOCALITY).bind(locality.as_str()),
            ),
            None => (place(sql::OF_REGION), place(sql::COUNT_OF_REGION)),
        };
        let rows = self.rows(page.bind(i64::from(search.limit))).await?;
        let first = rows
            .iter()
            .map(record::organization)
            .collect::<Result<Vec<_>, StoreError>>()?;
        let found = u64::try_from(first.len()).unwrap_or(u64::MAX);
        let total = if found < u64::from(search.limit) {
            found
        } else {
            let row = self
                .row(count)
                .await?
                .ok_or_else(|| damaged_column("total"))?;
            row.natural("total")?
        };
        Ok(OrganizationPage { first, total })
    }

    async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        let row = self.row(query(sql::ORGANIZATION).bind(id.uuid())).await?;
        row.as_ref().map(record::organization).transpose()
    }
}
