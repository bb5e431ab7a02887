//! A writer that is stopped in the middle of a change.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use tests::{Change, Changed, patience};

use crate::strace::{Call, answers, command};

/// The pause between two looks at the log of strace.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// A stopped writer.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// `None` after the writer has gone on.
    strace: Option<Child>,
    writer: Pid,
}

impl Stopped {
    /// Runs the changes by one writer until it has made `call`. `options` are additional options of strace.
    pub(crate) fn after(call: &Call, wall: &Path, changes: &[Change], options: &[String]) -> Result<Self> {
        let log = NamedTempFile::new()?;
        let options = [&[call.inject("signal=STOP")], options].concat();
        let mut command = command(call.on, wall, changes, log.path(), &options)?;
        let strace = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut stopped = Self { strace: Some(strace), writer: Pid::INIT };
        stopped.wait_until_stopped(log.path())?;
        Ok(stopped)
    }

    fn wait_until_stopped(&mut self, log: &Path) -> Result<()> {
        let strace = self.strace.as_mut().context("it has gone on")?;
        let deadline = Instant::now() + patience();
        while !fs_err::read_to_string(log)?.contains("--- stopped by SIGSTOP ---") {
            ensure!(strace.try_wait()?.is_none(), "the writer has ended and was not stopped");
            ensure!(Instant::now() < deadline, "the writer was not stopped");
            std::thread::sleep(LOOK_AGAIN);
        }
        let id = strace.id();
        let children = fs_err::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        self.writer = Pid::from_raw(children.trim().parse()?).context("strace has no child")?;
        Ok(())
    }

    /// Lets the writer go on. Returns its answers.
    pub(crate) fn go_on(mut self) -> Result<Vec<Changed>> {
        let strace = self.strace.take().context("it has gone on")?;
        kill_process(self.writer, Signal::CONT)?;
        answers(&strace.wait_with_output()?)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let Some(mut strace) = self.strace.take() else { return };
        // A test has failed. No process may stay, and an error here has no reader.
        if self.writer != Pid::INIT {
            let _ = kill_process(self.writer, Signal::KILL);
        }
        drop(strace.kill());
        drop(strace.wait());
    }
}
