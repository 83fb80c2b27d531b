//! Tries breaks out, on a copy of the core and its test kit.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::{
    list::{CORE, Mutant},
    schema::{CHOICE, SWITCH, with_choices},
};

/// The core's tests, the quick ones first. What people's names and numbers are is not broken here.
const SUITES: [(&str, &[&str]); 3] = [
    ("lib", &["--skip", "person::"]),
    ("rules", &[]),
    ("use_cases", &[]),
];
/// A break may make an endless loop.
const PATIENCE: Duration = Duration::from_mins(10);

/// What the tests said.
pub(crate) enum Outcome {
    /// Red, by the first test that is named.
    Caught(String),
    /// The tests did not come to an end.
    Endless,
    /// Green.
    Survived,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caught(by) => write!(f, "caught by {by}"),
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

/// The built tests.
pub(crate) struct Built(BTreeMap<String, PathBuf>);

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

    /// Builds the tests with a choice of all breaks that stand in functions; gives the others.
    pub(crate) fn build_choices(&self, mutants: &[(usize, Mutant)]) -> Result<(Built, Vec<usize>)> {
        let mut files: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
        for (number, mutant) in mutants {
            files
                .entry(&mutant.file)
                .or_default()
                .push((*number, mutant));
        }
        let mut rest = Vec::new();
        let mut whole = Vec::new();
        for (file, breaks) in files {
            let path = self.source(file);
            let source = fs::read_to_string(&path).context(file.to_owned())?;
            let (chosen, others) = with_choices(&source, &breaks);
            rest.extend(others);
            fs::write(&path, chosen)?;
            whole.push((path, source));
        }
        let root = self.source("lib.rs");
        let source = fs::read_to_string(&root)?;
        fs::write(&root, format!("{source}{CHOICE}"))?;
        whole.push((root, source));
        let built = self.build("choices");
        for (path, source) in whole {
            fs::write(path, source)?;
        }
        Ok((built?, rest))
    }

    /// Builds the tests with one break.
    pub(crate) fn build_broken(&self, mutant: &Mutant) -> Result<Built> {
        let path = self.source(&mutant.file);
        let source = fs::read_to_string(&path)?;
        let broken = mutant
            .applied(&source)
            .map_err(|times| anyhow!("stands there {times} times: {mutant}"))?;
        fs::write(&path, broken)?;
        let built = self.build("broken");
        fs::write(&path, source)?;
        built
    }

    fn source(&self, file: &str) -> PathBuf {
        self.folder.join(CORE).join(file)
    }

    /// Builds, and puts the tests where the next build does not overwrite them.
    fn build(&self, place: &str) -> Result<Built> {
        let output = Command::new(env!("CARGO"))
            .args(["test", "--offline", "--no-run", "--package", "linking-core"])
            .args(["--lib", "--test", "rules", "--test", "use_cases"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .stdin(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let errors: Vec<&str> = said
                .split("\n\n")
                .filter(|part| part.starts_with("error"))
                .collect();
            bail!("a break does not compile:\n{}", errors.join("\n\n"));
        }
        let folder = self.folder.join(place);
        fs::create_dir_all(&folder)?;
        let mut built = BTreeMap::new();
        for line in said.lines().filter(|line| line.contains("Executable")) {
            let path = line.rsplit('(').next().unwrap_or_default();
            let path = self.folder.join(path.trim_end_matches(')'));
            let (suite, _) = SUITES
                .into_iter()
                .find(|(suite, _)| {
                    line.contains(&format!("{suite}.rs")) || line.contains(&format!("/{suite}/"))
                })
                .context("a test that is none of ours")?;
            let kept = folder.join(suite);
            fs::copy(path, &kept)?;
            built.insert(suite.to_owned(), kept);
        }
        ensure!(
            built.len() == SUITES.len(),
            "some tests were not built: {said}"
        );
        Ok(Built(built))
    }

    /// Runs the tests with a break, or with none.
    pub(crate) fn run(&self, built: &Built, number: Option<usize>) -> Result<Outcome> {
        for (suite, args) in SUITES {
            let program = built.0.get(suite).context(suite)?;
            match self.run_suite(program, args, number)? {
                Outcome::Survived => {}
                noticed => return Ok(noticed),
            }
        }
        Ok(Outcome::Survived)
    }

    fn run_suite(&self, program: &Path, args: &[&str], number: Option<usize>) -> Result<Outcome> {
        let log = self.folder.join("tests.log");
        let file = fs::File::create(&log)?;
        let mut tests = Command::new(program);
        tests
            .arg("--quiet")
            .args(args)
            .current_dir(self.folder.join("crates/linking-core"))
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        if let Some(number) = number {
            tests.env(SWITCH, number.to_string());
        }
        let mut tests = tests.spawn()?;
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
            std::thread::sleep(Duration::from_millis(50));
        };
        if status.success() {
            return Ok(Outcome::Survived);
        }
        let said = fs::read_to_string(&log)?;
        let failures = said.rsplit("\nfailures:\n").next();
        let first = failures.and_then(|names| names.lines().find(|line| line.starts_with("    ")));
        let first = first.unwrap_or("    a crash").trim();
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
