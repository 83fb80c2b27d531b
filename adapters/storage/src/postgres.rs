//! One PostgreSQL among several: connections go to the first of the addresses that takes writes,
//! and move with it when another is promoted (`architecture.md`, Many servers).

use std::{
    future::Future,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use linking_core::ports::StoreError;
use sqlx::{
    ConnectOptions, Connection, Error, PgConnection, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use crate::{address::PostgresAddress, fault::unavailable, open::PATIENCE};

/// Connections of one server of ours. Statements are short; PostgreSQL works best with few.
const CONNECTIONS: u32 = 16;
/// After so long without use a connection is asked whether it is still there.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// How long one try to get a connection lasts; tries go on for [`PATIENCE`].
const ONE_TRY: Duration = Duration::from_secs(1);
/// Between two looks for a server that takes writes.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one statement may take before its connection counts as lost: a machine that went away
/// without a word says nothing more.
const STATEMENT: Duration = Duration::from_secs(8);

/// Whether this server takes writes.
const TAKES_WRITES: &str = "SELECT NOT pg_is_in_recovery()";

/// A statement within its time.
pub(crate) async fn in_time<T>(
    running: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(STATEMENT, running)
        .await
        .unwrap_or_else(|_| Err(Error::Io(std::io::ErrorKind::TimedOut.into())))
}

/// Whether an error says that the server went away, or that it takes no writes.
fn is_away(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::Tls(_) => true,
        Error::Database(database) => database
            .code()
            .is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        _ => false,
    }
}

/// The servers of one database.
pub(crate) struct Cluster {
    addresses: Vec<PostgresAddress>,
    /// To the server that took writes last.
    pool: RwLock<PgPool>,
    looking: AtomicBool,
}

impl Cluster {
    /// Nothing is connected yet.
    pub(crate) fn new(addresses: Vec<PostgresAddress>) -> Option<Self> {
        let pool = pool_to(addresses.first()?);
        Some(Self {
            addresses,
            pool: RwLock::new(pool),
            looking: AtomicBool::new(false),
        })
    }

    fn pool(&self) -> PgPool {
        let pool = self.pool.read().unwrap_or_else(PoisonError::into_inner);
        pool.clone()
    }

    /// A connection to the server that takes writes; waits while another one is promoted.
    ///
    /// # Errors
    /// None of the addresses takes writes for [`PATIENCE`].
    pub(crate) async fn connection(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        self.persistently(async |pool: PgPool| pool.acquire().await)
            .await
    }

    /// A transaction, as [`Self::connection`].
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.persistently(async |pool: PgPool| pool.begin().await)
            .await
    }

    /// Nothing was asked of the database before these steps succeed, so that they may be tried
    /// again.
    async fn persistently<T>(
        &self,
        step: impl AsyncFn(PgPool) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let until = Instant::now() + PATIENCE;
        loop {
            match in_time(step(self.pool())).await {
                Ok(done) => return Ok(done),
                Err(error) if is_away(&error) && Instant::now() < until => {
                    self.look().await;
                }
                Err(error) => return Err(unavailable(&error)),
            }
        }
    }

    /// Looks through the addresses for one that takes writes. One looks, the others wait a little.
    async fn look(&self) {
        if self.looking.swap(true, Ordering::AcqRel) {
            sleep(PAUSE).await;
            return;
        }
        let guard = Looking(&self.looking);
        for address in &self.addresses {
            if takes_writes(address).await {
                let found = address.options();
                let known = self.pool().connect_options();
                if is_same(&found, &known) {
                    // Its dead connections go one by one as they are met.
                    break;
                }
                let before = {
                    let mut pool = self.pool.write().unwrap_or_else(PoisonError::into_inner);
                    std::mem::replace(&mut *pool, pool_to(address))
                };
                // Connections that hang must not hold anybody up.
                tokio::spawn(async move { before.close().await });
                break;
            }
        }
        drop(guard);
        sleep(PAUSE).await;
    }

    pub(crate) async fn close(&self) {
        self.pool().close().await;
    }
}

/// Ends a look, whatever happens in it.
struct Looking<'a>(&'a AtomicBool);

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn is_same(one: &PgConnectOptions, other: &PgConnectOptions) -> bool {
    one.get_host() == other.get_host()
        && one.get_port() == other.get_port()
        && one.get_socket() == other.get_socket()
}

async fn takes_writes(address: &PostgresAddress) -> bool {
    let asked = async {
        let mut connection: PgConnection = address.options().connect().await?;
        let found: bool = sqlx::query_scalar(TAKES_WRITES)
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok::<bool, Error>(found)
    };
    matches!(timeout(ONE_TRY, asked).await, Ok(Ok(true)))
}

fn pool_to(address: &PostgresAddress) -> PgPool {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ONE_TRY)
        .idle_timeout(Duration::from_mins(10))
        .max_lifetime(Duration::from_mins(30))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for < TRUSTED_FOR {
                    return Ok(true);
                }
                Ok(timeout(ONE_TRY, connection.ping())
                    .await
                    .is_ok_and(|pong| pong.is_ok()))
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                let found: bool = sqlx::query_scalar(TAKES_WRITES)
                    .fetch_one(&mut *connection)
                    .await?;
                // A standby: writes would be refused, and reads be of yesterday (threats.md I7).
                if found {
                    Ok(())
                } else {
                    Err(Error::PoolClosed)
                }
            })
        })
        .connect_lazy_with(address.options().disable_statement_logging())
}
