//! The assembled program: everything wired, ready to serve.

#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, middleware};
use linking_core::{
    ports::{Mailer, Store, StoreError},
    time::Timestamp,
    usecase::Linking,
};
use linking_mail::{FolderMailer, SmtpMailer};
use linking_storage::Storage;
use thiserror::Error;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time};

use crate::{
    health,
    i18n::{Catalogue, CatalogueError, Language, Texts},
    installation::{Installation, OpenInstallationError},
    metrics::{self, Metrics},
    post::Post,
    providers::{ConnectError, Connected, Told},
    readiness::Readiness,
    router,
    settings::{Mail, MailWay, Settings},
    telemetry,
    web::finish::dressed,
    web::state::{AppParts, AppState, SiteSettings},
};

/// How often expired flows, dead sessions and old counters are removed, and what ended is noted.
const UPKEEP_EVERY: Duration = Duration::from_mins(1);
/// How often the adapters are asked whether they can work.
const READINESS_EVERY: Duration = Duration::from_hours(1);
/// How long requests that run may take to end, once the program is told to stop.
const GRACE: Duration = Duration::from_secs(20);
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
    /// The measures.
    #[error("metrics: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
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
    /// What the operator's own listener tells, where the settings name one.
    private: Option<Private>,
}

/// The operator's side of the program.
#[derive(Debug)]
struct Private {
    metrics: Arc<Metrics>,
    router: Router,
    listener: Option<TcpListener>,
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
        let metrics = match settings.metrics {
            Some(_) => Some(Arc::new(Metrics::new()?)),
            None => None,
        };
        if let Some(metrics) = &metrics {
            connected.count(metrics);
        }
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
        let connected = Arc::new(connected);
        let readiness = Arc::new(Readiness::new(installation.clone()));
        let dressing = middleware::from_fn_with_state(state.clone(), dressed);
        let mut router = router::router(state)
            .merge(health::router(Arc::clone(&readiness)).layer(dressing))
            .layer(middleware::from_fn(telemetry::observe));
        if let Some(metrics) = &metrics {
            let count = middleware::from_fn_with_state(Arc::clone(metrics), metrics::observe);
            router = router.layer(count);
        }
        let private = metrics.map(|metrics| Private {
            router: metrics::router(Arc::clone(&metrics), readiness, Arc::clone(&connected)),
            metrics,
            listener: None,
        });
        Ok(Self {
            router,
            linking,
            installation,
            connected,
            post,
            private,
        })
    }

    /// Has the operator's side served at a listener of its own.
    #[must_use]
    pub fn with_private_listener(mut self, listener: TcpListener) -> Self {
        if let Some(private) = &mut self.private {
            private.listener = Some(listener);
        }
        self
    }

    /// Serves until `stop` comes, then lets running requests end, twenty seconds at most, and
    /// closes the database.
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
        let Installation {
            storage,
            ends,
            clock,
            ..
        } = &self.installation;
        // The first mark; and a list that cannot be written is found before anything ends.
        ends.note(storage, clock.now())
            .await
            .map_err(io::Error::other)?;
        let metrics = self.private.as_ref().map(|it| Arc::clone(&it.metrics));
        let upkeep = upkeep(self.installation.clone(), metrics);
        let private = self.private.and_then(|private| {
            let listener = private.listener?;
            Some(tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, private.router).await {
                    tracing::error!(%error, "metrics are not told any more");
                }
            }))
        });
        if self.post.is_none() {
            tracing::warn!("no section mail in the settings: no letters go out");
        }
        let post = self.post.map(Post::start);
        let service = self
            .router
            .into_make_service_with_connect_info::<SocketAddr>();
        let (told, stopping) = oneshot::channel();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping");
            // Nobody waits for it any more where the listener failed.
            let _ = told.send(());
        });
        let too_long = async move {
            if stopping.await.is_err() {
                std::future::pending::<()>().await;
            }
            time::sleep(GRACE).await;
        };
        let served = tokio::select! {
            served = serving => served,
            () = too_long => {
                tracing::warn!("requests that did not end in time were cut off");
                Ok(())
            }
        };
        upkeep.abort();
        if let Some(post) = post {
            post.abort();
        }
        readiness.abort();
        if let Some(private) = private {
            private.abort();
        }
        // What ended in the last minute.
        if let Err(error) = ends.note(storage, clock.now()).await {
            tracing::error!(%error, "the list of ends lacks the last minute");
        }
        storage.close().await;
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

/// Notes what ended, and removes what is over, now and then.
fn upkeep(installation: Installation, metrics: Option<Arc<Metrics>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = time::interval_at(time::Instant::now() + UPKEEP_EVERY, UPKEEP_EVERY);
        ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = installation.clock.now();
            // A database that was put back under the running program must not pass for a present
            // one.
            if installation.check().await.is_ok()
                && let Err(error) = installation.ends.note(&installation.storage, now).await
            {
                tracing::error!(%error, "what ended could not be noted; it is tried again");
            }
            match sweep(installation.storage.as_ref(), now).await {
                Ok(removed) => {
                    if let Some(metrics) = &metrics {
                        metrics.swept(removed);
                        metrics.fold();
                    }
                }
                Err(error) => tracing::error!(%error, "expired records could not be removed"),
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
