//! `svyazka serve`

use std::net::SocketAddr;

use tokio::{net::TcpListener, signal};

use super::CommandError;
use crate::{app::App, settings::Settings, telemetry};

pub(super) async fn run(settings: &Settings) -> Result<(), CommandError> {
    let telemetry = telemetry::init(settings)?;
    let mut app = App::build(settings).await?;
    let address = settings.listen;
    let listener = bound("listen", address).await?;
    if let Some(address) = settings.metrics {
        app = app.with_private_listener(bound("metrics.listen", address).await?);
        tracing::info!(%address, "telling metrics");
    }
    if let Some(traces) = &settings.traces {
        tracing::info!(collector = traces.address.host_str(), "sending traces");
    }
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        profile = ?settings.profile,
        %address,
        policies = settings.policy_digest,
        "serving"
    );
    // J5: what is in force can be read, not only what was written.
    for (of, policy) in &settings.effective_policies {
        tracing::info!(of, ?policy, "policy in force");
    }
    let served = app.serve(listener, stop_signal()).await;
    telemetry.stop().await;
    served?;
    tracing::info!("stopped");
    Ok(())
}

async fn bound(key: &'static str, address: SocketAddr) -> Result<TcpListener, CommandError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|cause| CommandError::Listen {
        key,
        address,
        cause,
    })
}

/// Comes when the process is told to stop: Ctrl-C, or `SIGTERM`.
pub async fn stop_signal() {
    let interrupted = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        let terminated = async {
            match signal::unix::signal(signal::unix::SignalKind::terminate()) {
                Ok(mut terminate) => drop(terminate.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { () = interrupted => {}, () = terminated => {} }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
