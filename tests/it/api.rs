//! The JSON API of the running program: schemathesis (`PyPI`) looks for what breaks it or is outside
//! its own description, and nothing of a person is in the log meanwhile.
//!
//! `./test` installs schemathesis into `target/schemathesis`.

use std::{
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    client::{Attempt, Client},
    stand::Stand,
};

/// How long one of its runs takes, in seconds.
const RUN: &str = "35";
/// Where its search begins; the same each time.
const SEED: &str = "20261130";
/// What it holds every answer against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      negative_data_rejection,unsupported_method,ignored_auth";
/// The first step that another program may take too long for.
const PATIENCE: Duration = Duration::from_mins(4);

/// Secrets of a program.
struct Secrets {
    client: String,
    token: String,
}

async fn post(stand: &Stand, path: &str, client: Option<&str>, body: &Value) -> Result<Value> {
    let address = stand.at(path);
    let mut attempt = Attempt::bare(Method::POST, &address)?
        .with("content-type", "application/json")?
        .body(&body.to_string());
    if let Some(client) = client {
        attempt = attempt.with("svyazka-client", client)?;
    }
    let page = Client::new().send(attempt).await?;
    ensure!(page.status == StatusCode::CREATED, "{path}: {}", page.body);
    Ok(serde_json::from_str(&page.body)?)
}

fn text(body: &Value, pointer: &str) -> Result<String> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    Ok(found.context("a secret is missing")?.to_owned())
}

async fn sign_in(stand: &Stand, login: &str) -> Result<Secrets> {
    let client = post(stand, "/api/v1/clients", None, &json!({})).await?;
    let client = text(&client, "/client")?;
    let body = json!({
        "organization": stand.own_school().await?,
        "login": login,
        "password": stand.password_of(login)?,
    });
    let session = post(stand, "/api/v1/session", Some(&client), &body).await?;
    Ok(Secrets {
        token: text(&session, "/session/token")?,
        client,
    })
}

fn schemathesis() -> Result<PathBuf> {
    let tests = std::env::current_exe()?;
    let target = tests.ancestors().nth(3).context("no target folder")?;
    let program = target.join("schemathesis/bin/st");
    ensure!(
        program.exists(),
        "{} is missing: ./test installs it, or run python3 -m venv target/schemathesis && \
         target/schemathesis/bin/pip install -r tests/schemathesis.txt",
        program.display()
    );
    Ok(program)
}

async fn search(stand: &Stand, folder: &Path, headers: &[String]) -> Result<Output> {
    let mut command = Command::new(schemathesis()?);
    command
        .arg("--config-file")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemathesis.toml"))
        .arg("run")
        .arg(stand.at("/api/v1/openapi.json"))
        .args(["--max-time", RUN, "--seed", SEED, "--checks", CHECKS])
        .args(["--generation-database", "none", "--no-color", "--no-shrink"])
        .args(["--phases", "examples,coverage,fuzzing"])
        // It would sign itself out, and see nothing more.
        .args(["--exclude-operation-id", "delete-session"])
        .args(["--warnings", "off"])
        .current_dir(folder)
        .kill_on_drop(true);
    for header in headers {
        command.args(["--header", header]);
    }
    let searched = tokio::time::timeout(PATIENCE, command.output()).await;
    searched
        .context("schemathesis does not come to an end")?
        .map_err(Into::into)
}

fn told(output: &Output) -> String {
    let all = String::from_utf8_lossy(&output.stdout);
    let mut end: Vec<String> = all
        .lines()
        .rev()
        .take(200)
        .map(|line| line.chars().take(300).collect())
        .collect();
    end.reverse();
    end.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_api_schemathesis_finds_no_500_and_no_answer_outside_the_file() -> Result<()> {
    let stand = Stand::start("schemathesis").await?;
    let folder = tempfile::tempdir()?;
    let stranger = post(&stand, "/api/v1/clients", None, &json!({})).await?;
    let stranger = text(&stranger, "/client")?;
    let owner = sign_in(&stand, "dmitrieva30").await?;
    let unsigned = search(
        &stand,
        folder.path(),
        &[format!("Svyazka-Client: {stranger}")],
    )
    .await?;
    ensure!(unsigned.status.success(), "{}", told(&unsigned));
    let signed_in = search(
        &stand,
        folder.path(),
        &[
            format!("Svyazka-Client: {}", owner.client),
            format!("Authorization: Bearer {}", owner.token),
        ],
    )
    .await?;
    ensure!(signed_in.status.success(), "{}", told(&signed_in));
    // What it searched was open to it, and the log has none of what it sent.
    let log = stand.log()?;
    ensure!(
        log.lines().count() > 500,
        "{} requests",
        log.lines().count()
    );
    for route in ["/api/v1/ways", "/api/v1/history", "/api/v1/contacts"] {
        let seen = log.lines().any(|line| {
            line.contains(&format!("\"route\":\"{route}\"")) && line.contains("\"status\":200")
        });
        ensure!(seen, "{route} was never open");
    }
    let password = stand.password_of("dmitrieva30")?;
    for secret in [
        owner.client.as_str(),
        owner.token.as_str(),
        stranger.as_str(),
        "dmitrieva30",
        password,
    ] {
        ensure!(!log.contains(secret), "a secret is in the log");
    }
    Ok(())
}
