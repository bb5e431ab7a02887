//! Processes that a test starts, and that end with it.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::patience::{eventually, patience};

/// How many of the last lines that a process printed are told when a test fails.
const TOLD_LINES: usize = 100;

/// A process in a group of its own. Dropping it kills the whole group.
pub struct Process {
    name: String,
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Process {
    /// Starts `command`, and collects what it prints.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(mut command: Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{name} did not start"))?;
        let output = Arc::default();
        let pipes = [child.stdout.take().map(boxed), child.stderr.take().map(boxed)];
        for pipe in pipes.into_iter().flatten() {
            let output = Arc::clone(&output);
            std::thread::spawn(move || collect(pipe, &output));
        }
        Ok(Self { name, child, output })
    }

    /// What it has printed so far, on both streams.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `found` is content with what was printed.
    ///
    /// # Errors
    /// When the process ends before, or patience is over; what was printed is told.
    pub async fn until_printed<T>(&mut self, what: &str, found: impl Fn(&str) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + patience();
        loop {
            // Asked before looking, so that the last words of a process that has ended are looked at.
            let ended = self.child.try_wait()?;
            let output = self.output();
            if let Some(found) = found(&output) {
                return Ok(found);
            }
            if let Some(status) = ended {
                bail!("{} ended with {status} before {what}:\n{output}", self.name);
            }
            if Instant::now() >= deadline {
                bail!("{} did not print {what}:\n{output}", self.name);
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Sends `signal` to this process alone.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(self.process_id()?, signal)?)
    }

    /// Sends `signal` to the group, as a terminal does on Ctrl-C.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn signal_group(&self, signal: Signal) -> Result<()> {
        Ok(kill_process_group(self.process_id()?, signal)?)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it lives on until patience is over.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let child = &mut self.child;
        let output = Arc::clone(&self.output);
        eventually(&format!("the end of {}", self.name), async || {
            child.try_wait()?.with_context(|| {
                let output = output.lock().unwrap_or_else(PoisonError::into_inner);
                format!("it is still running, and has printed:\n{output}")
            })
        })
        .await
    }

    fn process_id(&self) -> Result<Pid> {
        Pid::from_raw(self.child.id().cast_signed()).context("process id 0")
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("name", &self.name).field("pid", &self.child.id()).finish_non_exhaustive()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The group may outlive its leader. There is nobody to tell when it is gone already.
        drop(self.signal_group(Signal::KILL));
        drop(self.child.wait());
        tell(&self.name, &self.output());
    }
}

/// The processes whose environment or command line holds `mark`: id and command line.
///
/// # Errors
/// When the system does not list its processes in `/proc`.
pub fn living(mark: &str) -> Result<Vec<(u32, String)>> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir("/proc")? {
        let path = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) else { continue };
        // A process that ends meanwhile, or belongs to somebody else, cannot be read; neither is one of ours.
        let read = |file| fs_err::read(path.join(file)).map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "));
        let (Ok(environment), Ok(command)) = (read("environ"), read("cmdline")) else { continue };
        if environment.contains(mark) || command.contains(mark) {
            found.push((pid, command));
        }
    }
    Ok(found)
}

fn boxed(pipe: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(pipe)
}

fn collect(pipe: Box<dyn Read + Send>, output: &Mutex<String>) {
    let mut lines = BufReader::new(pipe);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        output.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

#[expect(clippy::print_stderr, reason = "the test runner shows it, for a test that failed only")]
fn tell(name: &str, output: &str) {
    let lines: Vec<_> = output.lines().collect();
    let last = lines.len().saturating_sub(TOLD_LINES);
    eprintln!("--- {name} printed {} lines:\n{}\n---", lines.len(), lines[last..].join("\n"));
}
