//! An external command that signs: a certified means outside this process (`gost.md` 6).

use std::{path::Path, process::Stdio, time::Duration};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
};

use super::output;
use crate::{CommandSettings, RawSigner, SignError};

/// More than a raw signature has, so that another output format is named by its length.
const MOST_OUTPUT: u64 = 16 * 1024;

/// Runs a command for each signature: an argument list, no shell. The message goes in by
/// standard input or the file `{in}`, the signature comes by standard output or the file
/// `{out}`; the files are in a folder of their own that only this user can enter and that is
/// removed on every path.
///
/// The command sees `PATH`, `HOME`, `LANG` and what the settings add, and nothing else of this
/// process's environment. What it writes to standard error is dropped: a signing tool may print
/// its own command line, with a password in it.
#[derive(Debug)]
pub struct CommandSigner {
    settings: CommandSettings,
    places: Semaphore,
}

impl CommandSigner {
    /// A signer by these settings.
    #[must_use]
    pub fn new(settings: CommandSettings) -> Self {
        let places = Semaphore::new(usize::from(settings.at_most.max(1)));
        Self { settings, places }
    }

    async fn run(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let closed = |_| SignError::Unavailable("shutting down".to_owned());
        let _place = self.places.acquire().await.map_err(closed)?;
        let files = self.files(message).await?;
        let mut child = self
            .command(files.as_ref())?
            .spawn()
            .map_err(|e| unavailable(&e))?;
        let output = converse(&mut child, message).await?;
        let status = child.wait().await.map_err(|e| unavailable(&e))?;
        if !status.success() {
            return Err(SignError::Rejected(format!(
                "the command ended with {status}"
            )));
        }
        match files {
            Some(files) if self.settings.writes_file() => {
                read_limited(&files.path().join("out")).await
            }
            Some(_) | None => Ok(output),
        }
    }

    /// The private folder, with the message in it, where the command wants files.
    async fn files(&self, message: &[u8]) -> Result<Option<TempDir>, SignError> {
        if !self.settings.reads_file() && !self.settings.writes_file() {
            return Ok(None);
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix("svyazka-sign-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o700));
        }
        let folder = match &self.settings.work_directory {
            Some(parent) => builder.tempdir_in(parent),
            None => builder.tempdir(),
        }
        .map_err(|e| unavailable(&e))?;
        if self.settings.reads_file() {
            let file = folder.path().join("in");
            tokio::fs::write(file, message)
                .await
                .map_err(|e| unavailable(&e))?;
        }
        Ok(Some(folder))
    }

    fn command(&self, files: Option<&TempDir>) -> Result<Command, SignError> {
        let path = |name: &str| {
            let path = files
                .map(|folder| folder.path().join(name))
                .unwrap_or_default();
            path.into_os_string().into_string().map_err(|_| {
                SignError::Unavailable("the work-directory's path is not UTF-8".to_owned())
            })
        };
        let (input, output) = (path("in")?, path("out")?);
        let mut words = self
            .settings
            .argv
            .iter()
            .map(|word| word.replace("{in}", &input).replace("{out}", &output));
        let program = words.next().unwrap_or_default();
        let mut command = Command::new(program);
        command
            .args(words)
            .env_clear()
            .kill_on_drop(true)
            .stderr(Stdio::null());
        for name in ["PATH", "HOME", "LANG"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(&self.settings.environment);
        command.stdin(if self.settings.reads_file() {
            Stdio::null()
        } else {
            Stdio::piped()
        });
        command.stdout(if self.settings.writes_file() {
            Stdio::null()
        } else {
            Stdio::piped()
        });
        Ok(command)
    }
}

/// Gives the message and takes the output, both at once, so that neither pipe fills up.
async fn converse(child: &mut Child, message: &[u8]) -> Result<Vec<u8>, SignError> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let give = async {
        if let Some(mut stdin) = stdin {
            // A command that reads nothing closes the pipe: its output decides.
            let _ = stdin.write_all(message).await;
        }
    };
    let take = async {
        let mut output = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(MOST_OUTPUT).read_to_end(&mut output).await?;
        }
        Ok(output)
    };
    let ((), output) = tokio::join!(give, take);
    output.map_err(|error: std::io::Error| unavailable(&error))
}

async fn read_limited(path: &Path) -> Result<Vec<u8>, SignError> {
    let none = |_| SignError::Rejected("the command wrote no {out} file".to_owned());
    let file = tokio::fs::File::open(path).await.map_err(none)?;
    let mut octets = Vec::new();
    file.take(MOST_OUTPUT)
        .read_to_end(&mut octets)
        .await
        .map_err(|e| unavailable(&e))?;
    Ok(octets)
}

fn unavailable(error: &std::io::Error) -> SignError {
    SignError::Unavailable(error.kind().to_string())
}

#[async_trait]
impl RawSigner for CommandSigner {
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let limit = Duration::from_millis(u64::from(self.settings.timeout_ms));
        // When the time is over the command is killed and its folder removed.
        let written = tokio::time::timeout(limit, self.run(message))
            .await
            .unwrap_or(Err(SignError::Timeout))?;
        output::signature(written, self.settings.encoding, self.settings.output)
    }
}
