//! Prints what the release binary `svyazka` costs: start-up to the first answer, idle and loaded
//! memory, size. The marks are 40 ms, 20 and 40 MiB, 25 MiB.
//!
//! ```sh
//! cargo build --release -p linking-school && cargo run --release -p footprint
//! ```
//!
//! Loaded means sign-ins of linked people; password hashes (19 MiB each while they run) are
//! reported apart.

mod http;
mod server;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use linking_demo::installation::{Ports, prepare};

use crate::server::{Server, run};

/// How often the server is started; the middle time counts.
const STARTS: usize = 7;
/// How many sign-ins load it.
const SIGN_INS: usize = 300;

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn main() -> Result<()> {
    let program = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/release/svyazka"), PathBuf::from);
    ensure!(
        program.exists(),
        "{} is not there: build it first",
        program.display()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let folder = tempfile::tempdir()?;
    let ports = Ports {
        school: free_port()?,
        simulator: free_port()?,
    };
    let installation = prepare(folder.path(), ports)?;
    let control = installation.simulator.control();
    let address = format!("127.0.0.1:{}", ports.simulator);
    let listener = runtime.block_on(tokio::net::TcpListener::bind(address))?;
    runtime.spawn(linking_simulator::serve(
        listener,
        installation.simulator,
        std::future::pending::<()>(),
    ));
    let password = fill(&program, folder.path(), &installation.configuration)?;

    let mut starts = Vec::new();
    for _ in 1..STARTS {
        starts.push(Server::start(&program, &installation.configuration, ports)?.took);
    }
    let server = Server::start(&program, &installation.configuration, ports)?;
    starts.push(server.took);
    starts.sort();
    let start = starts.get(STARTS / 2).context("no start")?;
    let idle = server.memory_kib()?;

    let mut person = http::Browser::default();
    server::link(&mut person, ports, &control, &password)?;
    let after_hash = server.memory_kib()?;
    for _ in 0..SIGN_INS {
        server::sign_in(&mut person, ports)?;
    }
    let loaded = server.memory_kib()?;

    let size = std::fs::metadata(&program)?.len();
    let mib = |kib: u64| format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024);
    let text = format!(
        "start-up to first answer  {:>10}   (mark 40 ms; {STARTS} starts, the middle one)\n\
         memory idle               {:>10}   (mark 20 MiB)\n\
         memory after one password {:>10}   (a hash takes 19 MiB while it runs)\n\
         memory loaded             {:>10}   (mark 40 MiB; {SIGN_INS} sign-ins of a linked person)\n\
         stripped binary           {:>10}   (mark 25 MiB)\n",
        format!("{} ms", start.as_millis()),
        mib(idle),
        mib(after_hash),
        mib(loaded),
        mib(size / 1024),
    );
    use std::io::Write;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// Imports the registers and gives the first password of the person who signs in.
fn fill(program: &Path, folder: &Path, configuration: &Path) -> Result<String> {
    let file = |name: &str| folder.join(name).display().to_string();
    let configuration = configuration.display().to_string();
    let slips = file("slips.txt");
    run(
        program,
        &[
            "import",
            "--config",
            &configuration,
            "--organizations",
            &file("organizations.csv"),
            "--people",
            &file("people.csv"),
            "--guardianships",
            &file("guardianships.csv"),
        ],
    )?;
    run(
        program,
        &[
            "passwords",
            "--config",
            &configuration,
            "--login",
            server::LOGIN,
            "--out",
            &slips,
        ],
    )?;
    server::password_on(&std::fs::read_to_string(slips)?)
}
