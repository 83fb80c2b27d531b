//! The assembled program: everything wired, ready to serve.

#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{Router, middleware};
use linking_core::{
    ports::{Mailer, Store, StoreError},
    time::Timestamp,
    usecase::Linking,
};
use linking_mail::{FolderMailer, SmtpMailer};
use linking_storage::Storage;
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle, time};

use crate::{
    health::{self, Readiness},
    i18n::{Catalogue, CatalogueError, Language, Texts},
    installation::{Installation, OpenInstallationError},
    post::Post,
    providers::{ConnectError, Connected, Told},
    router,
    settings::{Mail, MailWay, Settings},
    telemetry,
    web::finish::dressed,
    web::state::{AppParts, AppState, SiteSettings},
};

/// How often expired flows, dead sessions and old counters are removed.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How often the adapters are asked whether they can work.
const READINESS_EVERY: Duration = Duration::from_hours(1);
/// How many of each one batch removes.
const SWEEP_BATCH: u16 = 500;

/// The program could not be assembled.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The installation.
    #[error(transparent)]
    Installation(#[from] OpenInstallationError),
    /// An adapter.
    #[error(transparent)]
    Provider(#[from] ConnectError),
    /// The way of letters.
    #[error("mail: {0}")]
    Mail(String),
    /// The texts.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

/// The assembled program.
#[derive(Debug)]
pub struct App {
    /// Every route: pages, health.
    pub router: Router,
    /// The use cases.
    pub linking: Linking,
    /// Database, keys, clock.
    pub installation: Installation,
    connected: Arc<Connected>,
    post: Option<Post>,
}

impl App {
    /// Opens the installation and wires everything.
    ///
    /// # Errors
    /// See [`BuildError`]; it names the setting.
    pub async fn build(settings: &Settings) -> Result<Self, BuildError> {
        let installation = Installation::open(settings).await?;
        Self::assemble(settings, installation)
    }

    /// Wires everything over an installation that is open already.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn assemble(settings: &Settings, installation: Installation) -> Result<Self, BuildError> {
        let mut connected = Connected::of(settings, &installation.random)?;
        let providers = std::mem::take(&mut connected.providers);
        let sites = std::mem::take(&mut connected.sites);
        let linking = Linking::new(installation.ports(), providers, settings.policies.clone());
        let catalogue = Arc::new(Catalogue::embedded()?);
        let post = match &settings.mail {
            Some(mail) => Some(Post {
                linking: linking.clone(),
                outbox: Arc::<Storage>::clone(&installation.storage),
                mailer: mailer(mail)?,
                // Nobody says in which language an account's owner reads.
                texts: Texts::of_diary(Arc::clone(&catalogue), Language::Russian, &settings.diary),
                address: settings.public_address.clone(),
            }),
            None => None,
        };
        let state = AppState::new(AppParts {
            linking: linking.clone(),
            directory: Arc::<Storage>::clone(&installation.storage),
            repeats: Arc::<Storage>::clone(&installation.storage),
            catalogue,
            site: SiteSettings::of(settings, sites),
        });
        let readiness: Arc<dyn Readiness> =
            Arc::new(StorageReadiness(Arc::clone(&installation.storage)));
        let dressing = middleware::from_fn_with_state(state.clone(), dressed);
        let router = router::router(state)
            .merge(health::router(readiness).layer(dressing))
            .layer(middleware::from_fn(telemetry::observe));
        Ok(Self {
            router,
            linking,
            installation,
            connected: Arc::new(connected),
            post,
        })
    }

    /// Serves until `stop` comes, then lets running requests end and closes the database.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let connected = Arc::clone(&self.connected);
        let readiness = readiness_watch(connected, self.installation.clone());
        let sweeper = sweeper(self.installation.clone());
        if self.post.is_none() {
            tracing::warn!("no section mail in the settings: no letters go out");
        }
        let post = self.post.map(Post::start);
        let service = self
            .router
            .into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service)
            .with_graceful_shutdown(stop)
            .await;
        sweeper.abort();
        if let Some(post) = post {
            post.abort();
        }
        readiness.abort();
        self.installation.storage.close().await;
        served
    }
}

/// Who sends letters.
fn mailer(mail: &Mail) -> Result<Arc<dyn Mailer>, BuildError> {
    let from = mail.from.clone();
    Ok(match &mail.way {
        MailWay::Smtp(smtp) => {
            let made = SmtpMailer::new(from, (**smtp).clone());
            Arc::new(made.map_err(|error| BuildError::Mail(error.to_string()))?)
        }
        MailWay::Folder(folder) => {
            let made = FolderMailer::new(from, folder.clone());
            Arc::new(made.map_err(|error| BuildError::Mail(format!("folder: {error}")))?)
        }
    })
}

/// The database as what must answer before people are let in.
#[derive(Debug)]
struct StorageReadiness(Arc<Storage>);

#[async_trait]
impl Readiness for StorageReadiness {
    async fn check(&self) -> Result<(), StoreError> {
        self.0.check_ready().await
    }
}

/// Asks each adapter whether it can work, at the start, now and then and at `SIGHUP`: what a clock
/// or a certificate comes to is known only while the program runs (`threats.md` B4, B5), and keys
/// that were exchanged are read then (B10).
fn readiness_watch(connected: Arc<Connected>, installation: Installation) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = time::interval(READINESS_EVERY);
        ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        let mut told = Told::default();
        let mut hang_up = HangUp::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = hang_up.comes() => tracing::info!("keys and certificates are read anew"),
            }
            connected
                .log_readiness(installation.clock.now(), &mut told)
                .await;
        }
    })
}

/// The signal by which an operator says that files have changed.
struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            signal: signal(SignalKind::hangup()).ok(),
        }
    }

    #[cfg(not(unix))]
    const fn new() -> Self {
        Self {}
    }

    async fn comes(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Removes what is over, now and then.
fn sweeper(installation: Installation) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = time::interval_at(time::Instant::now() + SWEEP_EVERY, SWEEP_EVERY);
        ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = installation.clock.now();
            if let Err(error) = sweep(installation.storage.as_ref(), now).await {
                tracing::error!(%error, "expired records could not be removed");
            }
        }
    })
}

/// Removes in small batches all that is over.
async fn sweep(store: &dyn Store, now: Timestamp) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let batch = store.sweep(now, SWEEP_BATCH).await?;
        removed += batch;
        if batch < u64::from(SWEEP_BATCH) {
            return Ok(removed);
        }
        tokio::task::yield_now().await;
    }
}
