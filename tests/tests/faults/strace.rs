//! A writer under strace.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use tests::{Change, Changed};

/// The kind of file system that a writer finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileSystem {
    /// One that other hosts may write to, because it does not tell its type.
    Network,
    /// The one of this host.
    Local,
}

/// A system call of a writer on its wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The number of calls with this name up to this one.
    pub(crate) nth: usize,
    /// The call as strace prints it.
    pub(crate) shown: String,
    pub(crate) on: FileSystem,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} no. {}: {}", self.name, self.nth, self.shown.chars().take(200).collect::<String>())
    }
}

/// The calls that change nothing. A kill before one of them has the same effect as a kill before the next change.
const HARMLESS: [&str; 9] =
    ["fstat", "fstatfs", "getdents64", "lseek", "newfstatat", "pread64", "read", "statx", "fcntl"];

impl Call {
    /// Returns true if the call changes something on the volume.
    pub(crate) fn changes_something(&self) -> bool {
        let only_opens = self.name.starts_with("open") && !self.shown.contains("O_CREAT");
        !HARMLESS.contains(&&*self.name) && self.name != "close" && !only_opens
    }

    /// Returns the option of strace that does `what` at this call.
    pub(crate) fn inject(&self, what: &str) -> String {
        format!("inject={}:{what}:when={}", self.name, self.nth)
    }
}

/// Runs the changes by one writer on `wall`, and returns its system calls there.
pub(crate) fn calls(on: FileSystem, wall: &Path, changes: &[Change]) -> Result<Vec<Call>> {
    let (output, calls) = run(on, wall, changes, &[])?;
    ensure!(output.status.success(), "{changes:?}: {}", String::from_utf8_lossy(&output.stdout));
    Ok(calls)
}

/// Runs the changes by one writer that is killed before `call`.
pub(crate) fn killed_before(call: &Call, wall: &Path, changes: &[Change]) -> Result<()> {
    let (output, calls) = run(call.on, wall, changes, &[call.inject("error=EINTR:signal=KILL")])?;
    let last = calls.last().context("it has made no call")?;
    ensure!(!output.status.success(), "it was not killed");
    ensure!((&last.name, last.nth) == (&call.name, call.nth), "it was killed at another call: {last}");
    Ok(())
}

/// Runs the changes by one writer whose `call` fails with `error`. Returns its answers.
pub(crate) fn failing_at(call: &Call, error: &str, wall: &Path, changes: &[Change]) -> Result<Vec<Changed>> {
    let (output, calls) = run(call.on, wall, changes, &[call.inject(&format!("error={error}"))])?;
    ensure!(calls.iter().any(|made| made.shown.contains("(INJECTED)")), "no call failed");
    answers(&output)
}

/// Returns the answers that a writer has printed.
pub(crate) fn answers(output: &Output) -> Result<Vec<Changed>> {
    let text = String::from_utf8_lossy(&output.stdout);
    let parsed = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    parsed.with_context(|| format!("{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

/// Returns the command that makes the changes under strace with these options.
pub(crate) fn command(
    on: FileSystem,
    wall: &Path,
    changes: &[Change],
    log: &Path,
    options: &[String],
) -> Result<Command> {
    let mut command = Command::new("strace");
    command.args(["-qq", "-y", "-s", "40", "-e", "trace=%file,%desc,kill", "-o"]).arg(log);
    if on == FileSystem::Network {
        command.args(["-e", "inject=fstatfs:error=ENOSYS"]);
    }
    command.args(options.iter().flat_map(|option| ["-e", option]));
    command.arg(env!("CARGO_BIN_EXE_change-wall")).arg(wall);
    for change in changes {
        command.arg(serde_json::to_string(change)?);
    }
    command.stdin(Stdio::null());
    Ok(command)
}

fn run(on: FileSystem, wall: &Path, changes: &[Change], options: &[String]) -> Result<(Output, Vec<Call>)> {
    let log = tempfile::NamedTempFile::new()?;
    let output = command(on, wall, changes, log.path(), options)?
        .output()
        .context("strace did not start: `tests/all faults` installs it")?;
    Ok((output, parse(on, &fs_err::read_to_string(log.path())?, wall)))
}

fn parse(on: FileSystem, log: &str, wall: &Path) -> Vec<Call> {
    let wall = wall.to_string_lossy();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((name, _)) = line.split_once('(') else { continue };
        let nth = counts.entry(name).or_default();
        *nth += 1;
        // The arguments of the program contain the path of the wall as well.
        if name != "execve" && line.contains(&*wall) {
            calls.push(Call { name: name.to_owned(), nth: *nth, shown: line.to_owned(), on });
        }
    }
    calls
}
