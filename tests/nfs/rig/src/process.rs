//! Our own programs, as they are released, run on the mounts of the clients.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use fs_err::OpenOptions;

use crate::report::Report;

const PROGRAM: &str = "/bin/messagewall";

/// The function and the tasks act as different users of one group: the group may only read.
pub(crate) const WRITER: u32 = 1001;
pub(crate) const READER: u32 = 1002;
pub(crate) const GROUP: u32 = 1001;

/// A running program, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts the program with its log in `/tmp`, where a shell in the machine finds it.
    pub(crate) fn start(name: &str, user: u32, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(format!("/tmp/{name}.log"))?.into_file();
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env_clear().envs(variables.iter().copied());
        command.uid(user).gid(GROUP).current_dir("/").stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        Ok(Self(command.spawn().with_context(|| format!("starting {PROGRAM} {arguments:?}"))?))
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }

    /// Kills it as a power cut would: with no chance to tidy up.
    pub(crate) fn kill(&mut self) {
        // It fails only for a program that has ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last lines that each program has logged, for whoever has to find out what went wrong.
pub(crate) fn tell_logs(report: &mut Report) {
    for entry in fs_err::read_dir("/tmp").into_iter().flatten().flatten() {
        let log = fs_err::read_to_string(entry.path()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        for line in &lines[lines.len().saturating_sub(5)..] {
            report.note(&format!("{}: {line}", entry.path().display()));
        }
    }
}
