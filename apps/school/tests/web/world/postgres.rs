//! A place of its own on the tests' PostgreSQL.

use linking_storage::Location;
use sqlx::Connection as _;

/// An empty schema.
pub(super) async fn fresh() -> Location {
    let server = linking_testkit::counterpart::postgres();
    let unique = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let schema = format!("w_{}_{unique}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let address = format!("{server}?options=-c%20search_path%3D{schema}");
    Location::Postgres(vec![address.parse().unwrap()])
}
