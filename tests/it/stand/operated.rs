//! What an operator does, or has happen: servers started anew one by one, clocks that differ, a
//! provider that is away, commands beside the running program.

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::TimeDelta;
use tokio::net::TcpListener;

use super::{PATIENCE, Stand, free_port, lock, program, ready, relay, timed::TestClock};

impl Stand {
    /// A system of two servers that take turns, of which one has a clock that is ahead.
    pub(crate) async fn start_skewed(name: &str, ahead: TimeDelta) -> Result<Self> {
        let mut stand = Self::prepared(name).await?;
        let clock = TestClock::default();
        clock.pass(ahead);
        stand.clock = Some(Arc::new(clock));
        stand.listens = free_port()?;
        stand.restart_here().await?;
        let port = free_port()?;
        let child = stand.spawn(port)?;
        stand.others.push(child);
        ready(port, &stand).await?;
        stand.relay_to(vec![stand.listens, port]).await?;
        Ok(stand)
    }

    /// A system whose program starts while nobody answers at the provider's address.
    pub(crate) async fn start_without_provider(name: &str) -> Result<Self> {
        let mut stand = Self::prepared(name).await?;
        stand.simulator_task.abort();
        // Until it has ended its address is still taken.
        let _ = (&mut stand.simulator_task).await;
        stand.restart().await?;
        Ok(stand)
    }

    /// The provider answers again, at the same address.
    pub(crate) async fn provider_comes_back(&mut self) -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.ports.simulator)).await?;
        self.simulator_task = tokio::spawn(linking_simulator::serve(
            listener,
            self.simulator.clone(),
            std::future::pending(),
        ));
        Ok(())
    }

    pub(super) async fn relay_to(&mut self, ports: Vec<u16>) -> Result<()> {
        let (relay, rotation) = relay::start(self.ports.school, ports).await?;
        (self.relay, self.rotation) = (Some(relay), Some(rotation));
        Ok(())
    }

    /// Starts one server of two anew as an operator does: it gets nothing new, ends what runs,
    /// stops, starts, and gets requests again.
    pub(crate) async fn roll(&self, which: usize) -> Result<()> {
        let rotation = self.rotation.as_ref().context("no relay")?;
        let member = self.fleet.get(which).context("no such server")?;
        rotation.set(which, false).await;
        let (port, id) = {
            let member = lock(member);
            (member.port, member.child.id().to_string())
        };
        let told = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(told.success(), "the server is gone");
        let begun = Instant::now();
        while lock(member).child.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                bail!("the server does not stop");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let child = self.spawn(port)?;
        lock(member).child = child;
        ready(port, self).await?;
        rotation.set(which, true).await;
        Ok(())
    }

    /// Runs a command of the program beside the servers; gives whether it succeeded, and what it
    /// said.
    pub(crate) async fn command(&self, words: &[&str]) -> Result<(bool, String)> {
        let mut command = Command::new(program()?);
        command.arg("--config").arg(&self.configuration);
        command.args(words).env_clear();
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let told = [output.stdout, output.stderr].concat();
        Ok((
            output.status.success(),
            String::from_utf8_lossy(&told).into_owned(),
        ))
    }
}
