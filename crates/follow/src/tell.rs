//! Tells the program that a new generation is in place.

mod http;
mod touch;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::{mpsc, oneshot};

pub(crate) use self::http::{get, request};
use crate::command::Commands;
use crate::fault::shown;
use crate::processes;
use crate::settings::{Then, Whom};
use crate::target::Change;

/// The largest pid file, in bytes.
const MAX_PID_FILE_BYTES: u64 = 64;

/// The application that this process is the parent of.
pub(crate) type Application = mpsc::Sender<oneshot::Sender<Result<(), String>>>;

/// The ways to tell the program.
#[derive(Debug)]
pub(crate) struct Telling {
    pub(crate) commands: Commands,
    pub(crate) ways: Vec<Then>,
    pub(crate) within: Duration,
    /// The application to reload, with the longest time that this takes.
    pub(crate) application: Option<(Application, Duration)>,
    /// This process starts the program once a generation is in place, so that it need not be told of the first.
    pub(crate) starts_application: bool,
}

impl Telling {
    /// Tells the program in each way.
    ///
    /// # Errors
    /// Returns the first failure. The ways after it are not tried.
    pub(crate) fn tell(&self, to: &Path, generation: u64, change: &Change) -> Result<(), String> {
        for way in &self.ways {
            self.tell_by(way, to, generation, change)?;
        }
        match &self.application {
            Some((application, within)) => self.reload(application, *within),
            None => Ok(()),
        }
    }

    fn tell_by(&self, way: &Then, to: &Path, generation: u64, change: &Change) -> Result<(), String> {
        match way {
            Then::Signal(signal, whom) => send(signal.0, whom),
            Then::Http(method, url) => {
                let request = request(method.clone(), url, self.within);
                self.commands.runtime.block_on(request).map_err(|error| format!("{method} {url}: {error}"))
            }
            Then::Exec(command) => {
                let variables = [
                    ("FOLLOW_TARGET", to.as_os_str().to_owned()),
                    ("FOLLOW_GENERATION", OsString::from(generation.to_string())),
                ];
                let ran = self.commands.run(&command.words(to), &variables, self.within);
                ran.map_err(|error| error.to_string())
            }
            Then::Touch => touch::touch(change).map_err(|error| format!("touch: {error}")),
        }
    }

    fn reload(&self, application: &Application, within: Duration) -> Result<(), String> {
        let reloaded = async {
            let (sender, answer) = oneshot::channel();
            application.send(sender).await.map_err(|_| "the application is being stopped".to_owned())?;
            answer.await.map_err(|_| "the application is being stopped".to_owned())?
        };
        let reloaded = self.commands.runtime.block_on(async { tokio::time::timeout(within, reloaded).await });
        reloaded.map_err(|_| format!("the application was not reloaded within {} s", within.as_secs()))?
    }
}

/// Sends a signal to a process.
fn send(signal: Signal, whom: &Whom) -> Result<(), String> {
    let pid = match whom {
        Whom::Pid(pid) => *pid,
        Whom::PidFile(path) => read_pid(path).map_err(|error| format!("{}: {error}", shown(path)))?,
        Whom::Name(name) => {
            let pid = processes::oldest(name).and_then(Pid::from_raw);
            pid.ok_or_else(|| format!("no process is named {} (see pidMode)", name.to_string_lossy()))?
        }
    };
    kill_process(pid, signal).map_err(|error| format!("process {pid}: {error}", pid = pid.as_raw_nonzero()))
}

fn read_pid(path: &Path) -> io::Result<Pid> {
    let wrong = |text: &str| io::Error::other(text.to_owned());
    let metadata = path.metadata()?;
    if !metadata.is_file() || metadata.len() > MAX_PID_FILE_BYTES {
        return Err(wrong("is no pid file"));
    }
    let pid = std::str::from_utf8(&fs_err::read(path)?).ok().and_then(|text| text.trim().parse().ok());
    pid.filter(|pid| *pid > 0).and_then(Pid::from_raw).ok_or_else(|| wrong("contains no process id"))
}
