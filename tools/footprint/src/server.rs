//! Starts the program, measures it, and signs people in.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use linking_demo::installation::Ports;
use linking_simulator::{Control, personas};

use crate::http::{Browser, Page};

/// Who signs in: the login in the diary, and the person at the simulator.
pub(crate) const LOGIN: &str = "dmitrieva30";
const PERSON: &str = "dmitrieva";

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// From the start of the process to the first answer.
    pub(crate) took: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command of the program to its end.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new(program).args(arguments).output()?;
    ensure!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

impl Server {
    /// Starts the program and asks until it answers.
    pub(crate) fn start(program: &Path, configuration: &Path, ports: Ports) -> Result<Self> {
        let begun = Instant::now();
        let child = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(configuration)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self {
            child,
            took: Duration::ZERO,
        };
        while !answers(ports.school) {
            ensure!(
                begun.elapsed() < Duration::from_secs(20),
                "the server does not answer"
            );
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            std::thread::yield_now();
        }
        server.took = begun.elapsed();
        Ok(server)
    }

    /// Resident memory in KiB.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        Ok(line
            .and_then(|line| line.split_whitespace().next())
            .context("no VmRSS")?
            .parse()?)
    }
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let request =
        format!("GET /sign-in HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// The password on a slip.
pub(crate) fn password_on(slip: &str) -> Result<String> {
    let line = slip
        .lines()
        .find_map(|line| line.trim().strip_prefix("Пароль:"));
    Ok(line.context("no password on the slip")?.trim().to_owned())
}

/// From the provider's button to the page behind the simulator.
fn through_provider(person: &mut Browser, ports: Ports, control: Option<&Control>) -> Result<Page> {
    let page = person.open(&format!(
        "{}/sign-in?region=sakhalin",
        ports.school_address()
    ))?;
    let mut page = person.send(&page, "/sign-in/gosuslugi", &[])?;
    let simulator = ports.simulator_address();
    let known = personas::find(PERSON).context("nobody of that name")?;
    for _ in 0..4 {
        if !page.address.starts_with(&simulator) {
            return Ok(page);
        }
        let code;
        let (form, fields): (&str, Vec<(&str, &str)>) = if page.address.contains("/login/code") {
            code = control
                .and_then(|control| control.last_sms_code(PERSON))
                .context("no code was sent")?;
            ("/login/code", vec![("code", code.as_str())])
        } else if page.address.contains("/login/consent") {
            ("/login/consent", vec![("decision", "grant")])
        } else {
            (
                "/login",
                vec![("login", known.login()), ("password", personas::PASSWORD)],
            )
        };
        page = person.send(&page, form, &fields)?;
    }
    ensure!(
        !page.address.starts_with(&simulator),
        "stuck at {}",
        page.address
    );
    Ok(page)
}

/// Links the person from the provider's side.
pub(crate) fn link(
    person: &mut Browser,
    ports: Ports,
    control: &Control,
    password: &str,
) -> Result<()> {
    let page = through_provider(person, ports, Some(control))?;
    let page = person.send(&page, "/agree", &[])?;
    let prove = page.address.split('?').next().unwrap_or_default();
    let found = person.open(&format!(
        "{prove}?region=sakhalin&locality=%D0%9B%D1%83%D0%B3%D0%BE%D0%B2%D0%BE%D0%B5&words=30"
    ))?;
    let organization = found
        .body
        .split("value=\"org_")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .context("the school was not found")?;
    let organization = format!("org_{organization}");
    let page = person.send(
        &found,
        "/prove",
        &[
            ("organization", &organization),
            ("login", LOGIN),
            ("password", password),
        ],
    )?;
    ensure!(
        page.status == 200,
        "{} answers {}",
        page.address,
        page.status
    );
    let home = person.open(&format!("{}/", ports.school_address()))?;
    ensure!(home.body.contains("Дмитриева"), "not signed in");
    Ok(())
}

/// Signs the linked person out and in once more.
pub(crate) fn sign_in(person: &mut Browser, ports: Ports) -> Result<()> {
    let home = person.open(&format!("{}/", ports.school_address()))?;
    person.send(&home, "/sign-out", &[])?;
    let page = through_provider(person, ports, None)?;
    ensure!(
        page.body.contains("Дмитриева"),
        "{} shows nobody",
        page.address
    );
    Ok(())
}
