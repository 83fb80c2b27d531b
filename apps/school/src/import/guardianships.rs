//! The register of guardianships: who answers for which pupil, by their logins.

use async_trait::async_trait;
use linking_core::{
    audit::AuditRecord,
    person::Login,
    ports::{ImportCounts, Register, StoreError},
};

use super::{
    Row,
    column::{Column, Fault, Fields, required},
    table::{Read1, Table},
};

/// Reads rows of guardianships.
#[derive(Debug, Default)]
pub(super) struct GuardianshipTable;

impl Table for GuardianshipTable {
    type Item = (Login, Login);

    const COLUMNS: &'static [Column] = &[required("guardian"), required("pupil")];

    fn row(&mut self, fields: &Fields<'_>) -> Vec<Read1<(Login, Login)>> {
        let guardian = fields.read("guardian", Login::parse);
        let pupil = fields.read("pupil", Login::parse);
        let line = fields.line;
        vec![match (guardian, pupil) {
            (Ok(guardian), Ok(pupil)) if guardian == pupil => {
                let what = "is the guardian too; nobody answers for themselves".to_owned();
                Read1::bad(
                    line,
                    vec![Fault {
                        column: "pupil",
                        what,
                    }],
                )
            }
            (Ok(guardian), Ok(pupil)) => Read1::good(line, (guardian, pupil), None),
            (guardian, pupil) => Read1::bad(
                line,
                [guardian.err(), pupil.err()]
                    .into_iter()
                    .flatten()
                    .collect(),
            ),
        }]
    }
}

#[async_trait]
impl Row for (Login, Login) {
    fn reference_column() -> &'static str {
        "guardian, pupil"
    }

    async fn put(
        register: &dyn Register,
        rows: Vec<Self>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        register.put_guardianships(rows, audit).await
    }
}
