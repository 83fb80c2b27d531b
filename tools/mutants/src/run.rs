//! Tries a break out, on a copy of the core and its test kit.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};

use crate::list::{CORE, Mutant};

/// The core's tests, the quick ones first. What people's names and numbers are is not broken here.
const SUITES: [&[&str]; 3] = [
    &["--lib", "--", "--skip", "person::"],
    &["--test", "rules"],
    &["--test", "use_cases"],
];
/// A break may make an endless loop.
const PATIENCE: Duration = Duration::from_mins(10);

/// What the tests said.
pub(crate) enum Outcome {
    /// Red, by the first test that is named.
    Caught(String),
    /// It does not compile: the types hold the rule.
    DoesNotCompile,
    /// The tests did not come to an end.
    Endless,
    /// Green.
    Survived,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caught(by) => write!(f, "caught by {by}"),
            Self::DoesNotCompile => f.write_str("does not compile"),
            Self::Endless => f.write_str("caught: endless"),
            Self::Survived => f.write_str("SURVIVED"),
        }
    }
}

/// A workspace of the core and its test kit alone.
pub(crate) struct Bench {
    folder: PathBuf,
    target: PathBuf,
}

impl Bench {
    /// Copies the sources. What others build is shared with the workspace.
    pub(crate) fn set_up(root: &Path) -> Result<Self> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let folder = target.join("mutants");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for part in ["crates/linking-core", "crates/linking-testkit"] {
            copy(&root.join(part), &folder.join(part))?;
        }
        for file in ["Cargo.lock", "clippy.toml"] {
            fs::copy(root.join(file), folder.join(file)).context(file)?;
        }
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        let few: Vec<&str> = manifest
            .lines()
            .map(|line| match line.split(' ').next() {
                Some("members") => "members = [\"crates/*\"]",
                Some("default-members") => "",
                _ => line,
            })
            .collect();
        fs::write(folder.join("Cargo.toml"), few.join("\n"))?;
        Ok(Self {
            folder,
            target: target.canonicalize()?,
        })
    }

    /// Breaks the copy, runs the tests, mends it.
    pub(crate) fn try_out(&self, mutant: &Mutant) -> Result<Outcome> {
        let path = self.folder.join(CORE).join(&mutant.file);
        let source = fs::read_to_string(&path).with_context(|| mutant.file.clone())?;
        let broken = mutant
            .applied(&source)
            .map_err(|times| anyhow!("stands there {times} times: {mutant}"))?;
        fs::write(&path, broken)?;
        let outcome = self.test();
        fs::write(&path, source)?;
        outcome
    }

    /// Runs the tests of the copy as it is.
    pub(crate) fn test(&self) -> Result<Outcome> {
        for suite in SUITES {
            match self.run(suite)? {
                Outcome::Survived => {}
                noticed => return Ok(noticed),
            }
        }
        Ok(Outcome::Survived)
    }

    fn run(&self, suite: &[&str]) -> Result<Outcome> {
        let log = self.folder.join("tests.log");
        let file = fs::File::create(&log)?;
        let mut tests = Command::new(env!("CARGO"))
            .args(["test", "--offline", "--quiet", "--package", "linking-core"])
            .args(suite)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let began = Instant::now();
        let status = loop {
            if let Some(status) = tests.try_wait()? {
                break status;
            }
            if began.elapsed() > PATIENCE {
                tests.kill()?;
                tests.wait()?;
                return Ok(Outcome::Endless);
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        if status.success() {
            return Ok(Outcome::Survived);
        }
        let said = fs::read_to_string(&log)?;
        if said.contains("error: could not compile") {
            return Ok(Outcome::DoesNotCompile);
        }
        let failures = said.rsplit("\nfailures:\n").next();
        let first = failures.and_then(|names| names.lines().find(|line| line.starts_with("    ")));
        ensure!(first.is_some(), "the tests did not run: {said}");
        let first = first.unwrap_or_default().trim();
        Ok(Outcome::Caught(first.to_owned()))
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copied) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &copied)?;
        } else {
            fs::copy(&source, &copied)?;
        }
    }
    Ok(())
}
