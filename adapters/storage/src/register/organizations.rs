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
    words::{folded, sort_key, word_column, word_set},
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
    let words = word_set(row.name.as_str());
    let statement = query(sql::UPDATE_ORGANIZATION)
        .bind(id.uuid())
        .bind(row.locality.as_str())
        .bind(row.name.as_str())
        .bind(row.kind.code())
        .bind(sort_key(row.name.as_str()))
        .bind(word_column(&words));
    unit.write_one("organization", statement).await?;
    unit.write("organization", query(sql::DELETE_WORDS).bind(id.uuid()))
        .await?;
    insert_words(
        unit,
        words.into_iter().map(|word| (row, word, id)).collect(),
    )
    .await?;
    Ok(RowEffect::Changed)
}

async fn insert(unit: &mut Unit<'_>, fresh: Fresh<'_>) -> Result<(), StoreError> {
    let mut all_words = Vec::new();
    let mut rows = Vec::with_capacity(fresh.rows.len());
    for (id, row) in fresh.rows {
        let words = word_set(row.name.as_str());
        rows.push((id, row, word_column(&words)));
        all_words.extend(words.into_iter().map(|word| (row, word, id)));
    }
    unit.insert_rows(
        "organization",
        sql::ORGANIZATION_ROWS,
        rows,
        |values, (id, row, words)| {
            values
                .push_bind(id.uuid())
                .push_bind(row.region.code.as_str())
                .push_bind(row.external_id.as_str())
                .push_bind(row.locality.as_str())
                .push_bind(row.name.as_str())
                .push_bind(row.kind.code())
                .push_bind(sort_key(row.name.as_str()))
                .push_bind(words);
        },
    )
    .await?;
    insert_words(unit, all_words).await
}

async fn insert_words(
    unit: &mut Unit<'_>,
    words: Vec<(&NewOrganization, String, OrganizationId)>,
) -> Result<(), StoreError> {
    unit.insert_rows(
        "organization",
        sql::WORD_ROWS,
        words,
        |values, (row, word, id)| {
            values
                .push_bind(row.region.code.as_str())
                .push_bind(row.kind.code())
                .push_bind(word)
                .push_bind(id.uuid());
        },
    )
    .await
}
