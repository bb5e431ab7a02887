//! Processes that never outlive this one.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdin, Command};

use super::logs::Log;

/// The executable that runs: its hidden subcommands are the children.
pub(super) fn this_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("this program does not know its own path")
}

/// A running child.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Ends with this process, whatever ends it; the child watches for that.
    _life: Option<ChildStdin>,
}

impl Process {
    /// Starts a child in a process group of its own: Ctrl-C at the terminal reaches only the parent, which ends its
    /// children in order.
    pub(super) fn spawn(command: &mut Command, log: &Log) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(log.stdio()?).stderr(log.stdio()?);
        let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
        let life = child.stdin.take();
        Ok(Self { child, _life: life })
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for its end, and says how it ended.
    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Asks it to end, and ends it if it does not.
    pub(super) async fn end(&mut self, patience: Duration) {
        if let Some(pid) = self.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) {
            // It may have ended meanwhile.
            let _ = kill_process(pid, Signal::TERM);
        }
        if tokio::time::timeout(patience, self.ended()).await.is_err() {
            self.kill().await;
        }
    }

    pub(super) async fn kill(&mut self) {
        let _ = self.child.start_kill();
        self.ended().await;
    }
}

/// Ends this process when its standard input ends: the parent is gone, however it ended.
pub(crate) fn end_with_parent() {
    let mut byte = [0];
    let mut stdin = io::stdin().lock();
    while stdin.read(&mut byte).is_ok_and(|read| read > 0) {}
    std::process::exit(1);
}
