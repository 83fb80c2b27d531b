//! Every row of every table, for tests that hold that a refusal changes nothing
//! (`threats.md`, How to read an entry).

use std::collections::{BTreeMap, BTreeSet};

use linking_core::ports::StoreError;
use sqlx::{AssertSqlSafe, Row as _};

use crate::{fault::unavailable, open::Storage};

/// Every row as text, by table. Sealed values and tags stay sealed: they are compared, not read.
pub type Dump = BTreeMap<String, BTreeSet<String>>;

impl Storage {
    /// Reads every row of every table but those to skip, at one instant.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn dump(&self, skip: &[&str]) -> Result<Dump, StoreError> {
        let failed = |error: sqlx::Error| unavailable(&error);
        let mut reading = self.readers.begin().await.map_err(failed)?;
        let tables = sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *reading)
            .await
            .map_err(failed)?;
        let mut dump = Dump::new();
        for table in tables {
            let table: String = table.try_get(0).map_err(failed)?;
            if skip.contains(&table.as_str()) {
                continue;
            }
            let columns = sqlx::query("SELECT name FROM pragma_table_info(?)")
                .bind(&table)
                .fetch_all(&mut *reading)
                .await
                .map_err(failed)?;
            let values: Vec<String> = columns
                .iter()
                .map(|column| {
                    let name: String = column.try_get(0)?;
                    Ok(format!("'{name}=' || quote(\"{name}\")"))
                })
                .collect::<Result<_, _>>()
                .map_err(failed)?;
            let text = format!("SELECT {} FROM \"{table}\"", values.join(" || ' ' || "));
            // Names of the schema alone, which the migrations wrote.
            let rows = sqlx::query(AssertSqlSafe(text))
                .fetch_all(&mut *reading)
                .await
                .map_err(failed)?;
            let rows = rows
                .iter()
                .map(|row| row.try_get(0))
                .collect::<Result<_, _>>()
                .map_err(failed)?;
            dump.insert(table, rows);
        }
        Ok(dump)
    }
}
