//! Every row of every table, for tests that hold that a refusal changes nothing
//! (`threats.md`, How to read an entry).

use std::collections::{BTreeMap, BTreeSet};

use linking_core::ports::StoreError;

use crate::{
    connection::{Database, query},
    open::Storage,
    record::Columns,
    row::Row,
    statement::Query,
};

/// Every row as text, by table. Sealed values and tags stay sealed: they are compared, not read.
pub type Dump = BTreeMap<String, BTreeSet<String>>;

/// The tables and their columns, in order.
const SQLITE_COLUMNS: &str = "SELECT t.name AS of_table, c.name AS of_column \
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' ORDER BY t.name, c.cid";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text AS of_table, column_name::text AS of_column \
    FROM information_schema.columns WHERE table_schema = current_schema() \
    ORDER BY table_name, ordinal_position";

impl Storage {
    /// Reads every row of every table but those to skip, at one instant.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn dump(&self, skip: &[&str]) -> Result<Dump, StoreError> {
        let mut reading = self.begin().await?;
        let (columns, quote) = match &self.database {
            Database::Sqlite { .. } => (SQLITE_COLUMNS, "quote"),
            Database::Postgres(_) => {
                let whole = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
                reading.write("dump", query(whole)).await?;
                (POSTGRES_COLUMNS, "quote_nullable")
            }
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in reading.rows(query(columns)).await? {
            let column = row.text("of_column")?;
            let value = format!("'{column}=' || {quote}(\"{column}\")");
            tables.entry(row.text("of_table")?).or_default().push(value);
        }
        let mut dump = Dump::new();
        for (table, values) in tables {
            if skip.contains(&table.as_str()) {
                continue;
            }
            let text = format!(
                "SELECT {} AS line FROM \"{table}\"",
                values.join(" || ' ' || ")
            );
            // Names of the schema alone, which the migrations wrote.
            let rows = reading.rows(Query::of_schema(text)).await?;
            let line = |row: &Row| row.text("line");
            dump.insert(table, rows.iter().map(line).collect::<Result<_, _>>()?);
        }
        Ok(dump)
    }
}
