//! Who answers for whom.

use linking_core::{
    ids::AccountId,
    person::Login,
    ports::{ImportCounts, StoreError},
};

use super::RowEffect;
use crate::{
    connection::{Unit, query},
    record::Columns,
    sql::register as sql,
};

pub(super) async fn put(
    unit: &mut Unit<'_>,
    batch: &[(Login, Login)],
) -> Result<ImportCounts, StoreError> {
    let mut counts = ImportCounts::default();
    for (row, (guardian, pupil)) in batch.iter().enumerate() {
        let guardian = account(unit, row, guardian, "guardian").await?;
        let pupil = account(unit, row, pupil, "pupil").await?;
        if guardian == pupil {
            let what = "guardian other than the pupil";
            return Err(StoreError::UnknownReference { row, what });
        }
        let pair = |text| query(text).bind(guardian.uuid()).bind(pupil.uuid());
        let new = unit
            .write("guardianship", pair(sql::INSERT_GUARDIANSHIP))
            .await?
            == 1;
        if new {
            // Families are facts of the mix-up check: who has read one, conflicts (E11).
            unit.write("account", pair(sql::BUMP_ACCOUNTS)).await?;
        }
        let effect = if new {
            RowEffect::Added
        } else {
            RowEffect::Unchanged
        };
        effect.count(&mut counts);
    }
    Ok(counts)
}

async fn account(
    unit: &mut Unit<'_>,
    row: usize,
    login: &Login,
    what: &'static str,
) -> Result<AccountId, StoreError> {
    let found = unit
        .row(query(sql::ACCOUNT_ID).bind(login.key().as_str()))
        .await?;
    found
        .ok_or(StoreError::UnknownReference { row, what })?
        .id("id")
}
