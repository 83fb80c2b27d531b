//! A place of its own on the tests' PostgreSQL.

use linking_storage::Location;
use tokio::process::Command;

/// An empty schema.
pub(super) async fn fresh() -> Location {
    let server = linking_testkit::counterpart::postgres();
    let unique = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let schema = format!("w_{}_{unique}", std::process::id());
    let made = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", &server, "-c"])
        .arg(format!("CREATE SCHEMA {schema}"))
        .status()
        .await
        .unwrap();
    assert!(made.success(), "psql made no schema");
    let address = format!("{server}?options=-c%20search_path%3D{schema}");
    Location::Postgres(vec![address.parse().unwrap()])
}
