//! Processes that end with the test that started them.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
#[cfg(feature = "async")]
use anyhow::{bail, ensure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::wait::{patience, wait_for};

/// The number of lines that a failed test prints of the output of each process.
const PRINTED_LINES: usize = 100;

/// A process in a process group of its own. Dropping it kills the whole group.
pub struct Process {
    name: String,
    child: Child,
    output: Arc<Mutex<Output>>,
}

/// The lines that a process has printed.
#[derive(Clone, Debug, Default)]
struct Output {
    both: String,
    stdout: String,
    stderr: String,
}

impl Process {
    /// Starts `command` and collects its output.
    ///
    /// # Errors
    /// Returns an error if the command does not start.
    pub fn start(mut command: Command) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::start_with_output(command)
    }

    /// Starts `command` with the output that it was given, such as a file. Output to a pipe is collected.
    ///
    /// # Errors
    /// Returns an error if the command does not start.
    pub fn start_with_output(mut command: Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.process_group(0).stdin(Stdio::null());
        let mut child = command.spawn().with_context(|| format!("{name} did not start"))?;
        let output = Arc::<Mutex<Output>>::default();
        if let Some(pipe) = child.stdout.take() {
            collect(pipe, &output, |output| &mut output.stdout);
        }
        if let Some(pipe) = child.stderr.take() {
            collect(pipe, &output, |output| &mut output.stderr);
        }
        Ok(Self { name, child, output })
    }

    /// Returns the lines printed so far on standard output and standard error.
    #[must_use]
    pub fn output(&self) -> String {
        self.printed().both
    }

    /// Returns the lines printed so far on standard output.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.printed().stdout
    }

    /// Returns the lines printed so far on standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.printed().stderr
    }

    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns true if the process has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Kills this process alone and waits for its end.
    pub fn kill(&mut self) {
        // Both fail only if the process has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Sends `signal` to this process alone.
    ///
    /// # Errors
    /// Returns an error if the signal cannot be sent.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(self.process_id()?, signal)?)
    }

    /// Sends `signal` to the process group, as a terminal does on Ctrl-C.
    ///
    /// # Errors
    /// Returns an error if the signal cannot be sent.
    pub fn signal_group(&self, signal: Signal) -> Result<()> {
        Ok(kill_process_group(self.process_id()?, signal)?)
    }

    /// Blocks until the process ends.
    ///
    /// # Errors
    /// Returns an error with the output if the process still runs after [`patience`].
    pub fn wait(&mut self) -> Result<ExitStatus> {
        wait_for(patience(), || self.has_ended());
        self.status()
    }

    /// Returns the exit status.
    fn status(&mut self) -> Result<ExitStatus> {
        let status = self.child.try_wait()?;
        status.with_context(|| format!("{} is still running, and has printed:\n{}", self.name, self.output()))
    }

    fn printed(&self) -> Output {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn process_id(&self) -> Result<Pid> {
        Pid::from_raw(self.child.id().cast_signed()).context("process id 0")
    }
}

#[cfg(feature = "async")]
impl Process {
    /// Waits until `find` finds something in the output.
    ///
    /// # Errors
    /// Returns an error with the output if the process ends first, or after [`patience`].
    pub async fn until_printed<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let deadline = std::time::Instant::now() + patience();
        loop {
            // The status comes first, so that the last lines of a process that has ended are searched.
            let ended = self.child.try_wait()?;
            let output = self.output();
            if let Some(found) = find(&output) {
                return Ok(found);
            }
            if let Some(status) = ended {
                bail!("{} ended with {status} before {what}:\n{output}", self.name);
            }
            ensure!(std::time::Instant::now() < deadline, "{} did not print {what}:\n{output}", self.name);
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Waits until the process ends.
    ///
    /// # Errors
    /// Returns an error with the output if the process still runs after [`patience`].
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        crate::wait::eventually(&what, async || self.status()).await
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("name", &self.name).field("pid", &self.child.id()).finish_non_exhaustive()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The group may outlive its leader. The signal fails only if no process of the group is left.
        drop(self.signal_group(Signal::KILL));
        drop(self.child.wait());
        let output = self.output();
        if !output.is_empty() {
            print_end(&self.name, &output);
        }
    }
}

/// Returns the processes whose environment or command line contains `mark`: process id and command line.
///
/// # Errors
/// Returns an error if `/proc` cannot be read.
pub fn living(mark: &str) -> Result<Vec<(u32, String)>> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir("/proc")? {
        let path = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) else { continue };
        // A process that has ended or that belongs to another user cannot be read, and was not started by this test.
        let read = |file| fs_err::read(path.join(file)).map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "));
        let (Ok(environment), Ok(command)) = (read("environ"), read("cmdline")) else { continue };
        if environment.contains(mark) || command.contains(mark) {
            found.push((pid, command));
        }
    }
    Ok(found)
}

fn collect(
    pipe: impl Read + Send + 'static,
    output: &Arc<Mutex<Output>>,
    part: impl Fn(&mut Output) -> &mut String + Send + 'static,
) {
    let output = Arc::clone(output);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            let text = String::from_utf8_lossy(&line);
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.both.push_str(&text);
            part(&mut output).push_str(&text);
            line.clear();
        }
    });
}

#[expect(clippy::print_stderr, reason = "the test runner shows it only for a test that failed")]
fn print_end(name: &str, output: &str) {
    let lines: Vec<_> = output.lines().collect();
    let first = lines.len().saturating_sub(PRINTED_LINES);
    eprintln!("--- {name} printed {} lines:\n{}\n---", lines.len(), lines[first..].join("\n"));
}
