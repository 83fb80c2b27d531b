//! The imported database, made once for each build of the program and copied for each test.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result, bail};
use linking_demo::installation::{Ports, prepare};

use crate::stand::{Base, Kind, program, stands};

/// What a test's installation takes over; the rest belongs to each run.
const TAKEN: [&str; 4] = [
    "vault.keys",
    "client.key",
    "client.crt",
    "organizations.csv",
];
/// The organisations that have people: passwords are printed for each.
const PRINTED: [&str; 2] = ["lugovoe-30", "authority"];

/// Names a build of program and tests: another build makes another database.
fn stamp() -> Result<String> {
    let of = |path: &Path| -> Result<String> {
        let metadata = fs::metadata(path)?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH)?;
        Ok(format!("{:x}-{:x}", changed.as_nanos(), metadata.len()))
    };
    Ok(format!(
        "{}-{}",
        of(&program()?)?,
        of(&std::env::current_exe()?)?
    ))
}

/// Copies the imported database and its keys into a folder; gives the first passwords.
pub(super) async fn copy_to(folder: &Path, kind: Kind) -> Result<BTreeMap<String, String>> {
    let template = tokio::task::spawn_blocking(move || made(kind)).await??;
    Base::of(kind, folder).copy_of(&Base::of(kind, &template))?;
    for name in TAKEN {
        fs::copy(template.join(name), folder.join(name))
            .with_context(|| format!("copying {name}"))?;
    }
    let mut passwords = BTreeMap::new();
    for organization in PRINTED {
        let slips = fs::read_to_string(template.join(format!("{organization}.txt")))?;
        read_slips(&slips, &mut passwords)?;
    }
    Ok(passwords)
}

/// The folder of the imported database; makes it if this build has none yet. Tests run side by
/// side: one makes it, the others wait.
fn made(kind: Kind) -> Result<PathBuf> {
    let all = stands()?;
    fs::create_dir_all(&all)?;
    let lock = fs::File::create(all.join(format!("{}.lock", kind.named("template"))))?;
    lock.lock()?;
    let stamp = match kind {
        Kind::Sqlite => stamp()?,
        // Another server has no template yet.
        Kind::Postgres => format!("{} {}", stamp()?, linking_testkit::counterpart::postgres()),
    };
    let folder = all.join(kind.named("template"));
    let done = folder.join("done");
    if fs::read_to_string(&done).is_ok_and(|made| made == stamp) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let ports = Ports {
        school: 8080,
        simulator: 8081,
    };
    let prepared = prepare(&folder, ports)?;
    let base = Base::of(kind, &folder);
    base.make()?;
    base.configure(&prepared.configuration)?;
    let file = |name: &str| folder.join(name).display().to_string();
    let run = |arguments: &[&str]| -> Result<()> {
        let output = Command::new(program()?)
            .arg("--config")
            .arg(&prepared.configuration)
            .args(arguments)
            .env_clear()
            .output()?;
        if !output.status.success() {
            bail!(
                "svyazka {} failed: {}{}",
                arguments.first().unwrap_or(&""),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    };
    run(&[
        "import",
        "--organizations",
        &file("organizations.csv"),
        "--people",
        &file("people.csv"),
        "--guardianships",
        &file("guardianships.csv"),
    ])?;
    for organization in PRINTED {
        run(&[
            "passwords",
            "--region",
            "sakhalin",
            "--organization",
            organization,
            "--out",
            &file(&format!("{organization}.txt")),
        ])?;
    }
    // A test's installation need not write the large register once more.
    fs::write(folder.join("organizations.csv"), "")?;
    fs::write(done, stamp)?;
    Ok(folder)
}

/// Reads logins and passwords off the slips.
fn read_slips(slips: &str, passwords: &mut BTreeMap<String, String>) -> Result<()> {
    let mut login = None;
    for line in slips.lines() {
        if let Some(found) = line.strip_prefix("Логин: ") {
            login = Some(found.to_owned());
        }
        if let Some(password) = line.strip_prefix("Пароль: ") {
            let login = login.take().context("a password without a login")?;
            passwords.insert(login, password.to_owned());
        }
    }
    Ok(())
}
