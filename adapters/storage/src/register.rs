//! The port `Register`: imports in batches, first passwords.

mod guardianships;
mod merge;
mod organizations;
mod passwords;
mod people;

use async_trait::async_trait;
use linking_core::{
    audit::AuditRecord,
    ids::{Id, IdKind},
    person::Login,
    ports::{
        ImportCounts, NewOrganization, NewPassword, NewPerson, PrintScope, PrintedFor, Register,
        StoreError,
    },
};

use crate::{
    connection::Unit,
    open::Storage,
    statement::{RowValues, insert_of},
};

/// How many rows one insert takes. Times the columns of the widest row this stays far below what
/// SQLite and PostgreSQL take of values in one statement.
const ROWS_AT_ONCE: usize = 200;

#[async_trait]
impl Register for Storage {
    async fn put_organizations(
        &self,
        batch: Vec<NewOrganization>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        let mut unit = self.begin().await?;
        let counts = organizations::put(self, &mut unit, &batch).await?;
        unit.record(&audit).await?;
        unit.commit().await?;
        Ok(counts)
    }

    async fn put_people(
        &self,
        batch: Vec<NewPerson>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        let mut unit = self.begin().await?;
        let counts = people::put(self, &mut unit, batch, audit.at).await?;
        unit.record(&audit).await?;
        unit.commit().await?;
        Ok(counts)
    }

    async fn put_guardianships(
        &self,
        batch: Vec<(Login, Login)>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        let mut unit = self.begin().await?;
        let counts = guardianships::put(&mut unit, &batch).await?;
        unit.record(&audit).await?;
        unit.commit().await?;
        Ok(counts)
    }

    async fn printed_for(&self, scope: &PrintScope) -> Result<Vec<PrintedFor>, StoreError> {
        passwords::printed_for(self, scope).await
    }

    async fn put_passwords(
        &self,
        batch: Vec<NewPassword>,
        audit: AuditRecord,
    ) -> Result<(), StoreError> {
        let mut unit = self.begin().await?;
        passwords::put(&mut unit, &batch).await?;
        unit.record(&audit).await?;
        unit.commit().await
    }
}

impl Storage {
    fn new_id<K: IdKind>(&self) -> Id<K> {
        Id::from_uuid(self.ids.next())
    }
}

/// What a row of an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowEffect {
    Added,
    Changed,
    Unchanged,
}

impl RowEffect {
    const fn count(self, counts: &mut ImportCounts) {
        match self {
            Self::Added => counts.added += 1,
            Self::Changed => counts.changed += 1,
            Self::Unchanged => counts.unchanged += 1,
        }
    }
}

impl Unit<'_> {
    /// Inserts rows, many with one statement.
    async fn insert_rows<T>(
        &mut self,
        record: &'static str,
        text: &'static str,
        rows: Vec<T>,
        bind: impl Fn(&mut RowValues<'_>, T),
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some = rows.by_ref().take(ROWS_AT_ONCE);
            let statement = insert_of(text, some, ROWS_AT_ONCE, &bind);
            self.write(record, statement).await?;
        }
        Ok(())
    }
}
