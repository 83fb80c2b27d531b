//! A whole system for one test: the simulator in this process, and the program itself, as a
//! process that can be killed or here with a clock that can be set.

mod base;
mod letters;
mod operated;
mod records;
mod relay;
mod template;
mod timed;
pub(crate) mod visits;

use base::Base;
pub(crate) use base::Kind;
pub(crate) use records::{Records, changed_tables, unchanged};
use timed::TestClock;

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener as StdListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;
use linking_core::time::Timestamp;
use linking_demo::installation::{Installation, Ports, prepare};
use linking_simulator::{Control, Simulator};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::client::Client;

/// How long the program may take to answer after its start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program `svyazka`, as `./test` builds it beside the tests.
pub(crate) fn program() -> Result<PathBuf> {
    let tests = std::env::current_exe()?;
    let folder = tests
        .parent()
        .and_then(Path::parent)
        .context("the tests lie in no target folder")?;
    let program = folder.join("svyazka");
    if !program.exists() {
        bail!(
            "{} is missing: run cargo build -p linking-school first",
            program.display()
        );
    }
    Ok(program)
}

/// The folder in which stands live: beside the built programs.
fn stands() -> Result<PathBuf> {
    let program = program()?;
    let target = program
        .parent()
        .and_then(Path::parent)
        .context("no target folder")?;
    Ok(target.join("stands"))
}

/// How the program runs.
enum Server {
    Down,
    Process(Child),
    Here {
        stop: oneshot::Sender<()>,
        task: JoinHandle<std::io::Result<()>>,
    },
}

/// One server of several.
struct Member {
    port: u16,
    child: Child,
}

fn lock(member: &Mutex<Member>) -> MutexGuard<'_, Member> {
    member.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the server on a port is ready.
async fn ready(port: u16, stand: &Stand) -> Result<()> {
    let begun = Instant::now();
    let address = format!("http://localhost:{port}/readyz");
    while !Client::new()
        .probe(&address)
        .await
        .is_ok_and(|status| status == http::StatusCode::OK)
    {
        if begun.elapsed() > PATIENCE {
            bail!("the server is not ready: {}", stand.log()?);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// A whole system.
pub(crate) struct Stand {
    folder: PathBuf,
    base: Base,
    ports: Ports,
    /// Where the program listens; behind a relay this is not the public port.
    listens: u16,
    relay: Option<JoinHandle<std::io::Result<()>>>,
    rotation: Option<relay::Rotation>,
    configuration: PathBuf,
    simulator: Simulator,
    passwords: BTreeMap<String, String>,
    server: Server,
    others: Vec<Child>,
    /// The servers behind the relay, each with its port.
    fleet: Vec<Mutex<Member>>,
    clock: Option<Arc<TestClock>>,
    passed: TimeDelta,
    measured: Option<Arc<linking_storage::Storage>>,
    simulator_task: JoinHandle<std::io::Result<()>>,
}

impl Drop for Stand {
    fn drop(&mut self) {
        if let Server::Process(child) = &mut self.server {
            let _ = child.kill();
            let _ = child.wait();
        }
        for other in &mut self.others {
            let _ = other.kill();
            let _ = other.wait();
        }
        for member in &self.fleet {
            let mut member = lock(member);
            let _ = member.child.kill();
            let _ = member.child.wait();
        }
        if let Some(relay) = &self.relay {
            relay.abort();
        }
        // The log and the configuration stay to be looked at; the database is large.
        let _ = self.base.remove();
    }
}

/// A port of this machine that is free now.
fn free_port() -> Result<u16> {
    Ok(StdListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Stand {
    /// The simulator serves; the program does not run yet.
    async fn prepared(name: &str) -> Result<Self> {
        let folder = stands()?.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let kind = Kind::of_tests();
        let base = Base::of(kind, &folder);
        let passwords = template::copy_to(&folder, kind).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let ports = Ports {
            school: free_port()?,
            simulator: listener.local_addr()?.port(),
        };
        let Installation {
            configuration,
            simulator,
            ..
        } = prepare(&folder, ports)?;
        base.configure(&configuration)?;
        let task = tokio::spawn(linking_simulator::serve(
            listener,
            simulator.clone(),
            std::future::pending(),
        ));
        Ok(Self {
            folder,
            base,
            listens: ports.school,
            relay: None,
            rotation: None,
            ports,
            configuration,
            simulator,
            passwords,
            server: Server::Down,
            others: Vec::new(),
            fleet: Vec::new(),
            clock: None,
            passed: TimeDelta::zero(),
            measured: None,
            simulator_task: task,
        })
    }

    /// A system whose program is a process of its own.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        Self::start_with(name, "").await
    }

    /// As [`Self::start`], with more at the end of the configuration file.
    pub(crate) async fn start_with(name: &str, configuration: &str) -> Result<Self> {
        let mut stand = Self::prepared(name).await?;
        stand.add_configuration(configuration)?;
        stand.restart().await?;
        Ok(stand)
    }

    /// A system of two servers, of which each takes every second request.
    pub(crate) async fn start_two(name: &str) -> Result<Self> {
        let mut stand = Self::prepared(name).await?;
        // All who walk here are one network.
        stand.add_configuration("\n[limits]\nstarts-per-minute = 1000000\n")?;
        for _ in 0..2 {
            let port = free_port()?;
            let child = stand.spawn(port)?;
            ready(port, &stand).await?;
            stand.fleet.push(Mutex::new(Member { port, child }));
        }
        let ports = stand.fleet.iter().map(|member| lock(member).port).collect();
        stand.relay_to(ports).await?;
        Ok(stand)
    }

    /// Kills one server of two without a warning and starts it anew; does not wait for it.
    pub(crate) fn crash_one(&self, which: usize) -> Result<()> {
        let member = self.fleet.get(which).context("no such server")?;
        let mut member = lock(member);
        member.child.kill()?;
        member.child.wait()?;
        member.child = self.spawn(member.port)?;
        Ok(())
    }

    fn spawn(&self, port: u16) -> Result<Child> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))?;
        let child = Command::new(program()?)
            .arg("--config")
            .arg(&self.configuration)
            .arg("serve")
            .env_clear()
            .env("RUST_BACKTRACE", "0")
            .env("SVYAZKA__LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(child)
    }

    /// A system whose program runs here, by a clock that the test sets.
    pub(crate) async fn timed(name: &str) -> Result<Self> {
        let mut stand = Self::prepared(name).await?;
        stand.restart_here().await?;
        Ok(stand)
    }

    /// Adds to the configuration file; it counts from the next start on.
    pub(crate) fn add_configuration(&self, text: &str) -> Result<()> {
        let mut whole = fs::read_to_string(&self.configuration)?;
        whole.push_str(text);
        Ok(fs::write(&self.configuration, whole)?)
    }

    /// The configuration file.
    pub(crate) fn configuration(&self) -> &Path {
        &self.configuration
    }

    /// The school's address.
    pub(crate) fn school(&self) -> String {
        self.ports.school_address()
    }

    /// The simulator's address.
    pub(crate) fn simulator(&self) -> String {
        self.ports.simulator_address()
    }

    /// The simulator's controls.
    pub(crate) fn control(&self) -> Control {
        self.simulator.control()
    }

    /// Lets so much time pass, here and at the simulator.
    pub(crate) fn pass(&mut self, time: TimeDelta) -> Result<()> {
        let clock = self.clock.as_ref().context("this stand has no clock")?;
        clock.pass(time);
        self.passed += time;
        self.control().set_clock_offset(self.passed);
        Ok(())
    }

    /// Stops the clock: from now on only [`Self::pass`] moves it.
    pub(crate) fn stop_clock(&self) -> Result<()> {
        self.clock
            .as_ref()
            .context("this stand has no clock")?
            .stop();
        Ok(())
    }

    /// The time by the clock of a system that runs here.
    pub(crate) fn now(&self) -> Result<Timestamp> {
        use linking_core::ports::Clock as _;
        Ok(self
            .clock
            .as_ref()
            .context("this stand has no clock")?
            .now())
    }

    /// Another server over the same records; gives its address.
    pub(crate) async fn second_server(&mut self) -> Result<String> {
        let port = free_port()?;
        let child = self.spawn(port)?;
        self.others.push(child);
        ready(port, self).await?;
        let address = format!("http://localhost:{port}");
        Ok(address)
    }

    /// The store of a system that runs here, with its counters.
    pub(crate) fn measured(&self) -> Result<&linking_storage::Storage> {
        self.measured
            .as_deref()
            .context("this stand runs elsewhere")
    }

    /// A person's first password.
    pub(crate) fn password_of(&self, login: &str) -> Result<&str> {
        let found = self.passwords.get(login).map(String::as_str);
        found.with_context(|| format!("nobody printed a password for {login}"))
    }

    /// Everybody's first password, by login.
    pub(crate) fn passwords(&self) -> &BTreeMap<String, String> {
        &self.passwords
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("svyazka.db")
    }

    /// The records, read and changed past the program.
    pub(crate) async fn records(&self) -> Result<Records> {
        Records::open(&self.folder, &self.base.location()?).await
    }

    /// What the program has logged so far.
    pub(crate) fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join("log"))?)
    }

    /// A browser without pages: for attacks, and for walks that nobody looks at.
    #[expect(
        clippy::unused_self,
        reason = "a client is of a stand, as every other visitor"
    )]
    pub(crate) fn client(&self) -> Client {
        Client::new()
    }

    /// Takes a register in beside the running program.
    pub(crate) fn import(&self, kind: &str, rows: &str) -> Result<()> {
        let file = self.folder.join(format!("more-{kind}.csv"));
        fs::write(&file, rows)?;
        let output = Command::new(program()?)
            .arg("--config")
            .arg(&self.configuration)
            .args(["import", "--skip-bad-rows", &format!("--{kind}")])
            .arg(&file)
            .env_clear()
            .output()?;
        // Rows that are refused for what they hold are well refused.
        if output.stdout.is_empty() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Kills the program without a warning.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let Server::Process(child) = &mut self.server else {
            bail!("the program is no process");
        };
        child.kill()?;
        child.wait()?;
        self.server = Server::Down;
        Ok(())
    }

    /// Starts the program (anew).
    pub(crate) async fn restart(&mut self) -> Result<()> {
        if matches!(self.server, Server::Process(_)) {
            self.kill()?;
        }
        let child = self.spawn(self.listens)?;
        self.server = Server::Process(child);
        self.wait_until_ready().await
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        let client = Client::new();
        let address = format!("http://localhost:{}/readyz", self.listens);
        loop {
            if let Ok(page) = client.probe(&address).await
                && page == http::StatusCode::OK
            {
                return Ok(());
            }
            if let Server::Process(child) = &mut self.server
                && let Some(status) = child.try_wait()?
            {
                bail!("the program ended at once ({status}): {}", self.log()?);
            }
            if begun.elapsed() > PATIENCE {
                bail!("the program is not ready: {}", self.log()?);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts the program here (anew).
    pub(crate) async fn restart_here(&mut self) -> Result<()> {
        if let Server::Here { stop, task } = std::mem::replace(&mut self.server, Server::Down) {
            let _ = stop.send(());
            task.await??;
        }
        let clock = self.clock.clone().unwrap_or_default();
        let app = timed::app(&self.configuration, Arc::clone(&clock)).await?;
        self.measured = Some(Arc::clone(&app.installation.storage));
        let listener = TcpListener::bind(("127.0.0.1", self.listens)).await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(app.serve(listener, async {
            let _ = stopped.await;
        }));
        self.clock = Some(clock);
        self.server = Server::Here { stop, task };
        self.wait_until_ready().await
    }
}
