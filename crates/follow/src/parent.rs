//! `follow run`: the parent of the application.

mod stop;

use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use self::stop::{stop, stop_inherited};
use crate::children::{Child, Children};
use crate::settings::Parent;

/// The longest pause before an application that keeps ending is started again, and the time after which it counts as stable.
const STABLE: Duration = Duration::from_secs(60);

/// The shortest time between two restarts for a new generation. Generations that come meanwhile are one restart.
const RESTART_INTERVAL: Duration = Duration::from_secs(1);

/// The exit code of a shell for a command that could not be started.
const NOT_STARTED: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// A request to reload the application, with the place for the answer.
pub(crate) type Reload = oneshot::Sender<Result<(), String>>;

/// The application and its parent.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) parent: Parent,
    pub(crate) words: Vec<OsString>,
    pub(crate) children: Children,
}

/// The reason why the application is not running.
enum Ended {
    /// It ended by itself.
    ByItself(u8),
    /// It was stopped, because this process was asked to end.
    Stopped(u8),
    /// It was stopped, to be started with a new generation.
    ForReload(Reload),
}

impl Application {
    /// Runs the application until it ends or `signals` brings one to stop. Returns the exit code of this process.
    pub(crate) async fn run(self, mut reloads: mpsc::Receiver<Reload>, mut signals: mpsc::Receiver<Signal>) -> u8 {
        let mut pause = self.parent.restart_pause;
        let mut reloaded: Option<Reload> = None;
        loop {
            let began = Instant::now();
            let child = match self.start() {
                Ok(child) => child,
                Err((code, reason)) => {
                    tracing::error!(reason, "application_not_started");
                    return code;
                }
            };
            if let Some(answer) = reloaded.take() {
                // Nobody waits any more if it took too long.
                drop(answer.send(Ok(())));
            }
            let code = match self.attend(child, &mut reloads, &mut signals).await {
                Ended::Stopped(code) => return code,
                Ended::ForReload(answer) => {
                    reloaded = Some(answer);
                    sleep(RESTART_INTERVAL.saturating_sub(began.elapsed())).await;
                    continue;
                }
                Ended::ByItself(code) => code,
            };
            if !self.parent.restart.applies(code) {
                return code;
            }
            if began.elapsed() >= STABLE {
                pause = self.parent.restart_pause;
            }
            tracing::warn!(code, pause_ms = crate::board::millis(pause), "application_ended");
            stop_inherited(&self.children, self.parent.stop_timeout).await;
            if let Some(code) = self.rest(pause, code, &mut reloads, &mut signals).await {
                return code;
            }
            pause = STABLE.min(2 * pause);
        }
    }

    fn start(&self) -> Result<Child, (u8, String)> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err((NOT_STARTED, "there is no command".to_owned()));
        };
        let mut command = Command::new(program);
        command.args(arguments);
        let child = self.children.start(command).map_err(|error| {
            let code = if error.kind() == std::io::ErrorKind::NotFound { NOT_STARTED } else { NOT_EXECUTABLE };
            (code, format!("{}: {error}", program.to_string_lossy()))
        })?;
        tracing::info!(pid = child.pid.as_raw_nonzero().get(), "application_started");
        Ok(child)
    }

    /// Passes signals to the application and reloads it, until it has ended.
    async fn attend(
        &self,
        mut child: Child,
        reloads: &mut mpsc::Receiver<Reload>,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Ended {
        let mut is_ending = false;
        loop {
            tokio::select! {
                code = &mut child.ended => {
                    let code = code.unwrap_or(u8::MAX);
                    return if is_ending { Ended::Stopped(code) } else { Ended::ByItself(code) };
                }
                Some(signal) = signals.recv() => {
                    if signal == Signal::TERM {
                        return Ended::Stopped(stop(&mut child, signals, self.parent.stop_timeout).await);
                    }
                    // An application that ends after one of these was asked to.
                    is_ending |= signal == Signal::INT || signal == Signal::QUIT;
                    if let Err(error) = kill_process(child.pid, signal) {
                        tracing::warn!(error = %error, "signal_not_passed");
                    }
                }
                Some(answer) = reloads.recv() => {
                    let Some(signal) = self.parent.reload_signal else {
                        let code = stop(&mut child, signals, self.parent.stop_timeout).await;
                        stop_inherited(&self.children, self.parent.stop_timeout).await;
                        tracing::info!(code, "application_stopped_for_reload");
                        return Ended::ForReload(answer);
                    };
                    let sent = kill_process(child.pid, signal.0).map_err(|error| error.to_string());
                    drop(answer.send(sent));
                }
            }
        }
    }

    /// Waits before the next start. Returns the exit code if this process was asked to end meanwhile.
    async fn rest(
        &self,
        pause: Duration,
        code: u8,
        reloads: &mut mpsc::Receiver<Reload>,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Option<u8> {
        let until = tokio::time::Instant::now() + pause;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return None,
                Some(signal) = signals.recv() => {
                    if signal == Signal::TERM || signal == Signal::INT || signal == Signal::QUIT {
                        return Some(code);
                    }
                }
                // The next start begins with what is in place.
                Some(answer) = reloads.recv() => drop(answer.send(Ok(()))),
            }
        }
    }
}
