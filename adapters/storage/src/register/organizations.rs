//! The register of regions and organisations.

use std::collections::HashSet;

use linking_core::{
    ids::{OrganizationId, OrganizationKind},
    ports::{ImportCounts, NewOrganization, StoreError},
};

use super::RowEffect;
use crate::{
    codes::Code,
    connection::{Unit, query},
    open::Storage,
    record::Columns,
    sql::register as sql,
    words::{folded, sort_key, word_column},
};

/// Organisations of a batch that are not there yet.
#[derive(Default)]
struct Fresh<'a> {
    keys: HashSet<(&'a str, &'a str)>,
    rows: Vec<(OrganizationId, &'a NewOrganization)>,
}

pub(super) async fn put(
    storage: &Storage,
    unit: &mut Unit<'_>,
    batch: &[NewOrganization],
) -> Result<ImportCounts, StoreError> {
    put_places(unit, batch).await?;
    let mut counts = ImportCounts::default();
    let mut fresh = Fresh::default();
    for row in batch {
        let key = (row.region.code.as_str(), row.external_id.as_str());
        if fresh.keys.contains(&key) {
            // The same organisation once more: it has to be there to be compared.
            insert(unit, std::mem::take(&mut fresh)).await?;
        }
        put_one(storage, unit, row, &mut fresh)
            .await?
            .count(&mut counts);
    }
    insert(unit, fresh).await?;
    Ok(counts)
}

/// Regions and localities, each once.
async fn put_places(unit: &mut Unit<'_>, batch: &[NewOrganization]) -> Result<(), StoreError> {
    let mut regions = HashSet::new();
    let mut localities = HashSet::new();
    for row in batch {
        let region = &row.region;
        if regions.insert((&region.code, &region.name, region.offset.minutes())) {
            let statement = query(sql::PUT_REGION)
                .bind(region.code.as_str())
                .bind(region.name.as_str())
                .bind(i64::from(region.offset.minutes()));
            unit.write("region", statement).await?;
        }
        if localities.insert((&region.code, row.kind, &row.locality)) {
            let statement = query(sql::PUT_LOCALITY)
                .bind(region.code.as_str())
                .bind(row.kind.code())
                .bind(row.locality.as_str())
                .bind(folded(row.locality.as_str()));
            unit.write("region", statement).await?;
        }
    }
    Ok(())
}

async fn put_one<'a>(
    storage: &Storage,
    unit: &mut Unit<'_>,
    row: &'a NewOrganization,
    fresh: &mut Fresh<'a>,
) -> Result<RowEffect, StoreError> {
    let statement = query(sql::ORGANIZATION)
        .bind(row.region.code.as_str())
        .bind(row.external_id.as_str());
    let Some(found) = unit.row(statement).await? else {
        fresh
            .keys
            .insert((row.region.code.as_str(), row.external_id.as_str()));
        fresh.rows.push((storage.new_id::<OrganizationKind>(), row));
        return Ok(RowEffect::Added);
    };
    let same = found.text("locality")? == row.locality.as_str()
        && found.text("name")? == row.name.as_str()
        && found.text("kind")? == row.kind.code();
    if same {
        return Ok(RowEffect::Unchanged);
    }
    let id: OrganizationId = found.id("id")?;
    let statement = query(sql::UPDATE_ORGANIZATION)
        .bind(id.uuid())
        .bind(row.locality.as_str())
        .bind(row.name.as_str())
        .bind(row.kind.code())
        .bind(sort_key(row.name.as_str()))
        .bind(word_column(row.name.as_str()));
    unit.write_one("organization", statement).await?;
    Ok(RowEffect::Changed)
}

async fn insert(unit: &mut Unit<'_>, fresh: Fresh<'_>) -> Result<(), StoreError> {
    unit.insert_rows(
        "organization",
        sql::ORGANIZATION_ROWS,
        fresh.rows,
        |values, (id, row)| {
            let name = row.name.as_str();
            values
                .push_bind(id.uuid())
                .push_bind(row.region.code.as_str())
                .push_bind(row.external_id.as_str())
                .push_bind(row.locality.as_str())
                .push_bind(name)
                .push_bind(row.kind.code())
                .push_bind(sort_key(name))
                .push_bind(word_column(name));
        },
    )
    .await
}
