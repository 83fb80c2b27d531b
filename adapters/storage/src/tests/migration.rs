//! The schema comes by migrations, and a database of another program is told apart.

use std::sync::Arc;

use linking_core::ports::{Directory, StoreError};

use super::fixture::{KeepingVault, RisingIds, Stand};
use crate::{Location, Migrated, MigrationError, OpenError, Storage};

#[tokio::test]
async fn an_empty_database_is_not_ready_until_it_is_migrated() {
    let storage = Storage::open(
        &Location::Memory,
        Arc::new(KeepingVault::default()),
        Arc::new(RisingIds::default()),
    )
    .await
    .unwrap();
    assert!(matches!(
        storage.check_ready().await,
        Err(StoreError::Unavailable(what)) if what.contains("svyazka migrate")
    ));
    assert_eq!(storage.migrate().await, Ok(Migrated { from: 0, to: 1 }));
    storage.check_ready().await.unwrap();
    assert_eq!(storage.migrate().await, Ok(Migrated { from: 1, to: 1 }));
    assert_eq!(storage.regions().await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_newer_database_is_served_and_not_migrated() {
    let stand = Stand::empty().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (2, 'later', TRUE, X'00', 0)",
    )
    .execute(stand.writer())
    .await
    .unwrap();
    assert_eq!(
        stand.storage.migrate().await,
        Err(MigrationError::NewerDatabase(2))
    );
    stand.storage.check_ready().await.unwrap();
}

#[tokio::test]
async fn a_migration_applied_in_another_form_is_refused() {
    let stand = Stand::empty().await;
    sqlx::query("UPDATE _sqlx_migrations SET checksum = X'00'")
        .execute(stand.writer())
        .await
        .unwrap();
    assert_eq!(
        stand.storage.migrate().await,
        Err(MigrationError::Foreign(1))
    );
}

#[tokio::test]
async fn what_is_no_database_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let open = async |path: std::path::PathBuf| {
        let (vault, ids) = (
            Arc::new(KeepingVault::default()),
            Arc::new(RisingIds::default()),
        );
        Storage::open(&Location::File(path), vault, ids).await
    };
    let missing = open(folder.path().join("no/such/folder.db")).await;
    assert!(matches!(missing, Err(OpenError::File { .. })));
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "This is no database, but text that is long enough.".repeat(50),
    )
    .unwrap();
    assert!(matches!(open(text).await, Err(OpenError::Database { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let stand = Stand::with_school().await;
    let mut files = 0;
    for file in std::fs::read_dir(stand.folder()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{file:?}"
        );
        files += 1;
    }
    assert!(files >= 2, "database and journal");
}
