//! `cargo run`: the demo. School app on `localhost`, simulator of Госуслуги on `127.0.0.1`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
};

use anyhow::{Context, Result};
use clap::Parser;
use linking_demo::{
    guide,
    installation::{Ports, prepare},
    sample,
};
use linking_school::{
    app::App,
    commands::stop_signal,
    installation::Installation,
    settings::{Settings, Sources},
    telemetry,
};
use tokio::net::TcpListener;

/// The demo of Svyazka: made-up schools and people, a simulator of Gosuslugi.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the database, keys and configuration are kept between runs; delete it to begin anew.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    folder: PathBuf,
    /// The port of the diary.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The port of the simulator.
    #[arg(long, default_value_t = 8081)]
    simulator_port: u16,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let ports = Ports {
        school: arguments.port,
        simulator: arguments.simulator_port,
    };
    let folder = std::path::absolute(&arguments.folder)?;
    let prepared = prepare(&folder, ports)?;
    let settings = Settings::load(&Sources {
        file: Some(prepared.configuration),
        variables: BTreeMap::new(),
    })?;
    let telemetry = telemetry::init(&settings)?;
    let taken = |port: u16| format!("port {port} is taken: choose another with --port");
    let simulator = TcpListener::bind(("127.0.0.1", ports.simulator))
        .await
        .with_context(|| taken(ports.simulator))?;
    let school = TcpListener::bind(settings.listen)
        .await
        .with_context(|| taken(ports.school))?;
    let installation = Installation::open(&settings).await?;
    if sample::is_empty(&installation).await? {
        writeln!(
            io::stdout(),
            "Filling the database with schools and people…"
        )?;
        sample::fill(&installation, &folder).await?;
    }
    let passwords = sample::passwords(&folder)?;
    writeln!(io::stdout(), "{}", guide::text(ports, &folder, &passwords))?;
    let app = App::assemble(&settings, installation)?;
    tokio::spawn(linking_simulator::serve(
        simulator,
        prepared.simulator,
        stop_signal(),
    ));
    let served = app.serve(school, stop_signal()).await;
    telemetry.stop().await;
    served.context("serving")
}
