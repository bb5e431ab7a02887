//! The signals that this process receives.

use anyhow::{Context, Result};
use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::mpsc;

use crate::doors::App;
use crate::mirror::Wake;

/// The signals that this process catches. With an application these are more.
pub(crate) struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    hangup: unix::Signal,
    others: Option<Others>,
}

struct Others {
    quit: unix::Signal,
    first: unix::Signal,
    second: unix::Signal,
    window: unix::Signal,
}

impl Signals {
    /// Catches the signals from now on. One that arrives within this call may be lost, so it comes before anything that tells
    /// others that the program runs.
    pub(crate) fn catch(has_application: bool) -> Result<Self> {
        let listen = |kind: SignalKind| signal(kind).context("to listen for signals");
        let others = || {
            anyhow::Ok(Others {
                quit: listen(SignalKind::quit())?,
                first: listen(SignalKind::user_defined1())?,
                second: listen(SignalKind::user_defined2())?,
                window: listen(SignalKind::window_change())?,
            })
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
            others: has_application.then(others).transpose()?,
        })
    }

    /// Passes signals to the application. Without one, SIGTERM and SIGINT end the program, and SIGHUP makes every mirror look.
    pub(crate) async fn pass(mut self, passed: mpsc::Sender<Signal>, app: &App) {
        let Some(mut others) = self.others.take() else { return self.until_end(app).await };
        loop {
            let signal = tokio::select! {
                _ = self.terminate.recv() => Signal::TERM,
                _ = self.interrupt.recv() => Signal::INT,
                _ = self.hangup.recv() => Signal::HUP,
                _ = others.quit.recv() => Signal::QUIT,
                _ = others.first.recv() => Signal::USR1,
                _ = others.second.recv() => Signal::USR2,
                _ = others.window.recv() => Signal::WINCH,
            };
            // The application is gone, and its exit code ends the program.
            let _ = passed.send(signal).await;
        }
    }

    async fn until_end(&mut self, app: &App) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => look(app),
            }
        }
    }
}

fn look(app: &App) {
    for mirror in &app.mirrors {
        // A mirror that has ended is reported by its outcome.
        drop(mirror.wakes.send(Wake::Hint));
    }
}
