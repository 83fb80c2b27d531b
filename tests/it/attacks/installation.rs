//! J: an installation that is set up wrongly does not start.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    attacks::{Ground, traces::Signs},
    stand::program,
};

/// Starts the program with a configuration; it must end by itself.
fn start(configuration: &Path) -> Result<Output> {
    let mut child = Command::new(program()?)
        .arg("--config")
        .arg(configuration)
        .arg("serve")
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        if begun.elapsed() > Duration::from_secs(10) {
            child.kill()?;
            child.wait()?;
            bail!("it serves");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(child.wait_with_output()?)
}

/// Holds that a configuration is refused, and that the message names the key.
fn refused(configuration: &Path, text: &str, named: &str) -> Result<()> {
    fs::write(configuration, text)?;
    let output =
        start(configuration).map_err(|error| error.context(format!("{named}: with\n{text}")))?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!output.status.success(), "{named}: {told}");
    ensure!(told.contains(named), "{named} is not named: {told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn j1_the_simulator_serves_no_real_people() -> Result<()> {
    let ground = Ground::new("j1").await?;
    let own = fs::read_to_string(ground.stand.configuration())?;
    let file = ground.stand.configuration().with_file_name("wrong.toml");
    let school = ground.stand.school();
    let real = own
        .replace("profile = \"demo\"", "profile = \"production\"")
        .replace(&school, "https://diary.school.ru");
    refused(&file, &real, "providers.gosuslugi")?;
    // Nor where it calls itself a stand, for it has no https.
    refused(
        &file,
        &own.replace("\"demo\"\npublic", "\"stand\"\npublic"),
        "public-address",
    )?;
    // The demo hides behind loopback alone.
    let public = own.replace("listen = \"127.0.0.1:", "listen = \"0.0.0.0:");
    refused(&file, &public, "listen")?;
    let named = own.replace(
        &format!("public-address = \"{school}\""),
        "public-address = \"http://diary.school.ru\"",
    );
    refused(&file, &named, "public-address")?;

    // The program itself holds nothing of the simulator; its pages say that it is the demo.
    let binary = fs::read(program()?)?;
    let mut signs = Signs::default();
    for sign in [
        "Журнал СМС стенда",
        "Подставить и войти",
        "ESIA_SESSION",
        "stend.example",
    ] {
        signs.add(sign.as_bytes().to_vec(), sign);
    }
    let found = signs.found_in(&binary);
    ensure!(found.is_empty(), "the program holds {found:?}");
    let page = ground
        .stand
        .client()
        .open(&ground.stand.at("/sign-in"))
        .await?;
    ensure!(
        page.body
            .contains("Это демонстрация: люди и школы здесь вымышлены")
    );
    Ok(())
}

/// Keys that may be missing or empty, because that is the stricter way or says nothing of a guard.
const MAY_MISS: [&str; 2] = ["trusted-proxies", "redirect-uri"];

#[tokio::test(flavor = "multi_thread")]
async fn j5_a_spoilt_configuration_does_not_start() -> Result<()> {
    let ground = Ground::new("j5").await?;
    let own = fs::read_to_string(ground.stand.configuration())?;
    let file = ground.stand.configuration().with_file_name("wrong.toml");
    let lines: Vec<&str> = own.lines().collect();
    let mut keys = 0;
    let mut table = "";
    for (at, line) in lines.iter().enumerate() {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']');
        }
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        keys += 1;
        // Of a provider's tables the message may name the table, and the key in its own words.
        let full = match table {
            "" => key.to_owned(),
            "providers.gosuslugi" | "providers.gosuslugi.signer" => table.to_owned(),
            table => format!("{table}.{key}"),
        };
        let refused = |text: String| {
            refused(&file, &text, &format!("\n  {full}")).with_context(|| format!("{table} {key}"))
        };
        let with = |instead: Option<String>| {
            let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            match instead {
                Some(instead) => changed.splice(at..=at, [instead]).for_each(drop),
                None => drop(changed.remove(at)),
            }
            changed.join("\n")
        };
        // Misspelt, it is missing and unknown at once.
        refused(with(Some(format!("{key}x = {value}"))))?;
        // Of a wrong kind.
        refused(with(Some(format!("{key} = {{ a = 1 }}"))))?;
        if MAY_MISS.contains(&key) {
            continue;
        }
        refused(with(None))?;
        let empty = if value.starts_with('[') { "[]" } else { "\"\"" };
        refused(with(Some(format!("{key} = {empty}"))))?;
    }
    ensure!(keys > 12, "{keys}");
    // A table that is none of ours, and a file that is no TOML.
    refused(
        &file,
        &format!("{own}\n[polciy]\nproviders = []\n"),
        "polciy",
    )?;
    refused(
        &file,
        &format!("{own}\n[policy]\nlink-ways = \"any\"\n"),
        "policy.link-ways",
    )?;
    refused(
        &file,
        &format!("{own}\n[policy]\nproviders = [\"gosuslugl\"]\n"),
        "gosuslugl",
    )?;
    refused(&file, "preset = ", "is no TOML")?;
    fs::remove_file(&file)?;
    Ok(())
}
