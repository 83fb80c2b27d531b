//! `svyazka migrate`

use std::io::Write;

use super::CommandError;
use crate::{installation::Installation, settings::Settings};

pub(super) async fn run(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let installation = Installation::open_as_it_is(settings).await?;
    let storage = &installation.storage;
    let migrated = match storage.migrate().await {
        Ok(migrated) => migrated,
        // Another server may have done it at the same moment: then there is nothing left to do.
        Err(error) => {
            storage.check_ready().await.map_err(|_| error)?;
            storage.migrate().await?
        }
    };
    storage.close().await;
    if migrated.from == migrated.to {
        writeln!(
            out,
            "the schema is at version {}: nothing to do",
            migrated.to
        )?;
    } else {
        let (from, to) = (migrated.from, migrated.to);
        writeln!(
            out,
            "the schema was at version {from} and is at version {to} now"
        )?;
    }
    Ok(())
}
