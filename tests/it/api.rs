//! The JSON API of the running program: schemathesis (`PyPI`) looks for what breaks it or is outside
//! its own description, and nothing of a person is in the log meanwhile.
//!
//! `./test` installs schemathesis into `target/schemathesis`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use http::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    client::{Attempt, Client},
    stand::Stand,
};

/// Where its search begins; the same each time.
const SEED: &str = "20261130";
/// What it holds every answer against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      negative_data_rejection,unsupported_method,ignored_auth";
/// The first step that another program may take too long for.
const PATIENCE: Duration = Duration::from_mins(4);

/// A program.
struct Program {
    client: String,
    token: Option<String>,
}

async fn send(
    stand: &Stand,
    path: &str,
    headers: &[(&str, String)],
    body: &Value,
) -> Result<Value> {
    let address = stand.at(path);
    let mut attempt = Attempt::bare(Method::POST, &address)?
        .with("content-type", "application/json")?
        .body(&body.to_string());
    for (name, value) in headers {
        attempt = attempt.with(name, value)?;
    }
    let page = Client::new().send(attempt).await?;
    ensure!(page.status.is_success(), "{path}: {}", page.body);
    Ok(serde_json::from_str(&page.body)?)
}

fn text(body: &Value, pointer: &str) -> Result<String> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    Ok(found.context("a secret is missing")?.to_owned())
}

impl Program {
    /// A program with a secret of its own.
    async fn new(stand: &Stand) -> Result<Self> {
        let client = send(stand, "/api/v1/clients", &[], &json!({})).await?;
        Ok(Self {
            client: text(&client, "/client")?,
            token: None,
        })
    }

    /// A program in which somebody is signed in.
    async fn signed_in(stand: &Stand, login: &str) -> Result<Self> {
        let mut program = Self::new(stand).await?;
        let body = json!({
            "organization": stand.own_school().await?,
            "login": login,
            "password": stand.password_of(login)?,
        });
        let session = program.post(stand, "/api/v1/session", &body).await?;
        program.token = Some(text(&session, "/session/token")?);
        Ok(program)
    }

    /// Written as the description writes them: so schemathesis knows them.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let token = self.token.as_ref();
        let token = token.map(|token| ("Authorization", format!("Bearer {token}")));
        [("Svyazka-Client", self.client.clone())]
            .into_iter()
            .chain(token)
            .collect()
    }

    async fn post(&self, stand: &Stand, path: &str, body: &Value) -> Result<Value> {
        send(stand, path, &self.headers(), body).await
    }

    /// From the settings to the provider and back; gives the flow, which asks «Это вы?».
    async fn come_to_confirm(&self, stand: &Stand, persona: &str) -> Result<String> {
        let begun = self
            .post(stand, "/api/v1/ways/gosuslugi/link", &json!({}))
            .await?;
        let browser = Client::new();
        let page = browser.open(&text(&begun, "/open")?).await?;
        let callback = stand.callback_of(&browser, page, persona).await?;
        let query = callback.query().context("an answer without a query")?;
        let path = "/api/v1/providers/gosuslugi/answer";
        let came = self.post(stand, path, &json!({ "query": query })).await?;
        ensure!(text(&came, "/flow/step")? == "confirm", "{came}");
        text(&came, "/flow/id")
    }
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

/// A run of it.
struct Search<'a> {
    program: &'a Program,
    /// How many requests it makes up for a route: a number, and no time, so that the same seed
    /// searches the same on whatever machine.
    examples: u32,
    /// What a part of an address is, in place of what it would draw.
    known: &'a [(&'a str, &'a str)],
    /// Further words of its command line.
    more: &'a [&'a str],
}

impl Search<'_> {
    async fn run(&self, stand: &Stand) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut settings = std::fs::read_to_string(tests.join("schemathesis.toml"))?;
        settings.push_str("\n[parameters]\n");
        for (name, value) in self.known {
            writeln!(settings, "{name} = \"{value}\"")?;
        }
        let file = folder.path().join("schemathesis.toml");
        std::fs::write(&file, settings)?;
        let mut command = Command::new(schemathesis()?);
        command
            .arg("--config-file")
            .arg(file)
            .arg("run")
            .arg(stand.at("/api/v1/openapi.json"))
            .args(["--max-examples", &self.examples.to_string()])
            .args(["--seed", SEED, "--checks", CHECKS])
            .args(["--generation-database", "none", "--no-color", "--no-shrink"])
            .args(["--phases", "examples,coverage,fuzzing"])
            .args(["--warnings", "off"])
            .args(self.more)
            .current_dir(folder.path())
            .kill_on_drop(true);
        for (name, value) in self.program.headers() {
            command.args(["--header", &format!("{name}: {value}")]);
        }
        let output = tokio::time::timeout(PATIENCE, command.output())
            .await
            .context("schemathesis does not come to an end")??;
        ensure!(output.status.success(), "{}", told(&output));
        Ok(())
    }
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

/// What would sign the searching program itself out.
const SIGNS_OUT: [&str; 4] = [
    "--exclude-operation-id",
    "delete-session",
    "--exclude-operation-id",
    "post-session-password",
];

#[tokio::test(flavor = "multi_thread")]
async fn g6_api_schemathesis_finds_no_500_and_no_answer_outside_the_file() -> Result<()> {
    let stand = Stand::start("schemathesis").await?;
    let stranger = Program::new(&stand).await?;
    let owner = Program::signed_in(&stand, "dmitrieva30").await?;
    let linking = Program::signed_in(&stand, "dmitrieva30").await?;
    let flow = linking.come_to_confirm(&stand, "dmitrieva").await?;
    let provider = [("provider", "gosuslugi")];
    let flow = [("flow", flow.as_str())];
    let inside = [
        "--include-path-regex",
        "flows/[{]flow[}]",
        // A flow that is known is no wrong one.
        "--mode",
        "positive",
        // The others would find it over.
        "--exclude-operation-id",
        "post-flows-flow-cancel",
    ];
    let search = |program, examples, known, more| Search {
        program,
        examples,
        known,
        more,
    };
    search(&stranger, 20, &[], &[]).run(&stand).await?;
    search(&owner, 20, &provider, &SIGNS_OUT)
        .run(&stand)
        .await?;
    search(&linking, 20, &flow, &inside).run(&stand).await?;
    // What it searched was open to it, and the log has none of what it sent.
    let log = stand.log()?;
    ensure!(
        log.lines().count() > 500,
        "{} requests",
        log.lines().count()
    );
    for (route, status) in [
        ("/api/v1/ways", 200),
        ("/api/v1/history", 200),
        ("/api/v1/contacts", 200),
        ("/api/v1/restore", 202),
        ("/api/v1/flows", 201),
        ("/api/v1/ways/{provider}/link", 201),
        ("/api/v1/flows/{flow}/prolong", 200),
    ] {
        let seen = log.lines().any(|line| {
            line.contains(&format!("\"route\":\"{route}\""))
                && line.contains(&format!("\"status\":{status}"))
        });
        ensure!(seen, "{route} was never open");
    }
    let password = stand.password_of("dmitrieva30")?;
    let secrets = [&stranger, &owner, &linking].map(Program::headers).concat();
    let secrets = secrets.iter().map(|(_, secret)| secret.as_str());
    for secret in secrets.chain(["dmitrieva30", password]) {
        let secret = secret.trim_start_matches("Bearer ");
        ensure!(!log.contains(secret), "a secret is in the log");
    }
    Ok(())
}
