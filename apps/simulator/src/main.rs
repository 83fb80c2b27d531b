//! `svyazka-simulator --config FILE`: the stand as a program of its own.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use linking_simulator::{Settings, Simulator, serve};

/// A simulator of ESIA for trying and testing. Everybody in it is invented.
#[derive(Parser)]
#[command(name = "svyazka-simulator", version)]
struct Arguments {
    /// The settings, TOML.
    #[arg(long)]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().init();
    let file = Arguments::parse().config;
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("{} can't be read", file.display()))?;
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    let (listen, settings) = Settings::from_toml(&text, &folder)?;
    let simulator = Simulator::new(settings)?;
    let listener = tokio::net::TcpListener::bind(&listen)
        .await
        .with_context(|| format!("listen = \"{listen}\" can't be bound"))?;
    tracing::info!(address = %listener.local_addr()?, "the stand is up");
    serve(listener, simulator, async {
        // Without the signal the stand runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await
    .context("the stand stopped")
}
