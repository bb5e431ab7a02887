//! Runs a command with a deadline, and keeps the end of its output.

use std::ffi::OsString;
use std::io::{PipeReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Signal, kill_process_group};
use tokio::runtime::Handle;

use crate::children::Children;
use crate::fault::printable;

/// The part of the output that is kept: its end, where programs say why they fail.
const KEPT_BYTES: usize = 2048;

/// The time that the output has to end after the command has.
const DRAINED: Duration = Duration::from_millis(500);

/// Starts commands.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    pub(crate) children: Children,
    pub(crate) runtime: Handle,
}

/// The failure of a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("{program} did not start: {error}")]
    NotStarted { program: String, error: std::io::Error },
    #[error("{program} did not end within {} ms", within.as_millis())]
    TooLong { program: String, within: Duration },
    #[error("{program} exited with {code}: {output}")]
    Failed { program: String, code: u8, output: String },
}

impl Commands {
    /// Runs a command in a process group of its own, which is killed after the deadline. It must exit with 0.
    pub(crate) fn run(
        &self,
        words: &[OsString],
        variables: &[(&str, OsString)],
        within: Duration,
    ) -> Result<(), CommandError> {
        let Some((program, arguments)) = words.split_first() else { return Ok(()) };
        let name = program.to_string_lossy().into_owned();
        let not_started = |error| CommandError::NotStarted { program: name.clone(), error };
        let (reader, writer) = std::io::pipe().map_err(not_started)?;
        let mut command = Command::new(program);
        command.args(arguments).envs(variables.iter().map(|(name, value)| (name, value))).process_group(0);
        command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(not_started)?).stderr(writer);
        // The command has the writing end of the pipe until it is dropped, which `start` does.
        let mut child = self.children.start(command).map_err(not_started)?;
        let output = collect(reader);
        let ended = self.runtime.block_on(async { tokio::time::timeout(within, &mut child.ended).await });
        // What the command left running must not hold the output, nor outlive a check.
        let _ = kill_process_group(child.pid, Signal::KILL);
        match ended {
            Ok(Ok(0)) => Ok(()),
            Ok(Ok(code)) => {
                let output = output.recv_timeout(DRAINED).unwrap_or_default();
                Err(CommandError::Failed { program: name, code, output: printable(&output) })
            }
            Ok(Err(_)) | Err(_) => Err(CommandError::TooLong { program: name, within }),
        }
    }
}

/// Reads the output to its end, so that the command is never blocked, and sends what is kept.
fn collect(mut pipe: PipeReader) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            kept.extend_from_slice(&buffer[..read]);
            let extra = kept.len().saturating_sub(KEPT_BYTES);
            kept.drain(..extra);
        }
        // Nobody waits for the output of a command that succeeded.
        drop(sender.send(kept));
    });
    receiver
}
