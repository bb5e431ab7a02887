//! Child processes that never outlive this process.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdin, Command};

use super::logs::Log;

/// Returns the path of this program. Its hidden subcommands are the programs of the children.
pub(super) fn this_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("the path of this program is unknown")
}

/// A running child.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The standard input of the child. It closes when this process ends, however it ends, and the child then ends too.
    _stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts a child in a process group of its own. Ctrl-C at the terminal reaches only the parent, which ends its
    /// children in order.
    pub(super) fn spawn(command: &mut Command, log: &Log) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(log.stdio()?).stderr(log.stdio()?);
        let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
        let stdin = child.stdin.take();
        Ok(Self { child, _stdin: stdin })
    }

    /// Returns the process id, or `None` if the process has ended.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for the end of the process, and returns its exit status as text.
    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Sends SIGTERM, and kills the process if it has not ended after `timeout`.
    pub(super) async fn end(&mut self, timeout: Duration) {
        if let Some(pid) = self.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) {
            // The process may have ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
        if tokio::time::timeout(timeout, self.ended()).await.is_err() {
            self.kill().await;
        }
    }

    pub(super) async fn kill(&mut self) {
        let _ = self.child.start_kill();
        self.ended().await;
    }
}

/// Waits for the end of standard input, which is the end of the parent, and ends this process.
pub(crate) fn end_with_parent() {
    let mut byte = [0];
    let mut stdin = io::stdin().lock();
    while stdin.read(&mut byte).is_ok_and(|read| read > 0) {}
    std::process::exit(1);
}
