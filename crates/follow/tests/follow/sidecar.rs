//! A running `follow`, its source and its target.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use support::{Process, free_address, wait_until};
use tempfile::TempDir;

/// A directory with a source and a place for a target, and the options for the program.
pub(crate) struct Scene {
    pub(crate) directory: TempDir,
    options: Vec<String>,
}

/// A running program with its listener.
pub(crate) struct Sidecar {
    pub(crate) process: Process,
    address: SocketAddr,
}

impl Scene {
    /// A source that is an empty directory, followed quickly.
    pub(crate) fn new() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        fs_err::create_dir(directory.path().join("source"))?;
        Ok(Self { directory, options: ["--interval", "20ms", "--settle", "20ms"].map(str::to_owned).to_vec() })
    }

    pub(crate) fn with(mut self, options: &[&str]) -> Self {
        for pair in options.chunks(2) {
            // The last value of an option counts.
            if let Some(at) = self.options.iter().position(|known| known == pair[0]) {
                self.options.drain(at..at + 2);
            }
            self.options.extend(pair.iter().map(|option| (*option).to_owned()));
        }
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file of the source, as a publisher does: by rename.
    pub(crate) fn publish(&self, name: &str, content: impl AsRef<[u8]>) -> Result<()> {
        let next = self.path("next");
        fs_err::write(&next, content)?;
        Ok(fs_err::rename(next, self.path("source").join(name))?)
    }

    /// Returns the content of a file in the target, if there is one.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs_err::read_to_string(self.path("target").join(name)).ok()
    }

    pub(crate) fn until_read(&self, name: &str, content: &str) {
        wait_until(&format!("{content:?} in {name}"), || self.read(name).as_deref() == Some(content));
    }

    /// The command for this source and target.
    pub(crate) fn command(&self) -> Command {
        self.command_from(&self.path("source"), &self.path("target"))
    }

    pub(crate) fn command_from(&self, from: &Path, to: &Path) -> Command {
        let mut command = program();
        command.arg("--from").arg(from).arg("--to").arg(to).args(&self.options);
        command
    }

    pub(crate) fn start(&self) -> Result<Sidecar> {
        Sidecar::start(self.command())
    }

    /// Runs the program with `--once`. Returns its exit code and what it has logged.
    pub(crate) fn once(&self) -> Result<(i32, String)> {
        let mut command = self.command();
        command.arg("--once");
        finished(command)
    }

    /// The command `run` with the application `words`.
    pub(crate) fn run(&self, options: &[&str], words: &[&str]) -> Command {
        let mut command = program();
        command.arg("run").arg("--from").arg(self.path("source")).arg("--to").arg(self.path("target"));
        command.args(&self.options).args(options).arg("--").args(words);
        command
    }
}

/// The program, without settings of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_follow"));
    command.env_remove("RUST_LOG");
    command
}

/// Runs a command to its end. Returns the exit code and the output.
pub(crate) fn finished(command: Command) -> Result<(i32, String)> {
    let mut process = Process::start(command)?;
    let code = code(process.wait()?)?;
    wait_until("the output", || process.has_ended());
    Ok((code, process.output()))
}

pub(crate) fn code(status: ExitStatus) -> Result<i32> {
    status.code().with_context(|| format!("ended by {status}"))
}

impl Sidecar {
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let address = free_address()?;
        command.env("FOLLOW_LISTEN", address.to_string());
        let sidecar = Self { process: Process::start(command)?, address };
        wait_until("the listener", || TcpStream::connect(address).is_ok());
        Ok(sidecar)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and returns the status and the body.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Result<(u16, String)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: follow\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no head")?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        Ok((status, body.to_owned()))
    }

    /// Makes the program look, and returns its answer when it has.
    pub(crate) fn look(&self) -> Result<Value> {
        let (_, body) = self.ask("POST", "/look")?;
        serde_json::from_str(&body).with_context(|| body)
    }

    /// Returns the state of the first mirror.
    pub(crate) fn status(&self) -> Result<Value> {
        let (_, body) = self.ask("GET", "/status")?;
        let status: Value = serde_json::from_str(&body).with_context(|| body)?;
        Ok(status["mirrors"][0].clone())
    }

    pub(crate) fn until_ready(&self) {
        wait_until("readiness", || self.ask("GET", "/ready").is_ok_and(|(status, _)| status == 200));
    }

    /// Waits for a fault and returns its reason.
    pub(crate) fn until_fault(&self, kind: &str) -> String {
        let mut reason = String::new();
        wait_until(kind, || {
            let Ok(status) = self.status() else { return false };
            reason = status["fault"]["reason"].as_str().unwrap_or_default().to_owned();
            status["fault"]["kind"] == kind
        });
        reason
    }
}

/// Returns the sorted names in a directory.
pub(crate) fn names(directory: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(directory)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Makes `link` lead to `target`, at once.
pub(crate) fn point(link: &Path, target: impl AsRef<OsStr>) -> Result<()> {
    let next = link.with_extension("next");
    std::os::unix::fs::symlink(target.as_ref(), &next)?;
    Ok(fs_err::rename(next, link)?)
}
