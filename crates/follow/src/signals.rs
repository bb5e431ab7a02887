//! The signals that this process receives.

use anyhow::{Context, Result};
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::doors::App;
use crate::mirror::Wake;

/// Passes signals to the application. Without one, SIGTERM and SIGINT end the program, and SIGHUP makes every mirror look.
pub(crate) async fn pass(passed: mpsc::Sender<Signal>, has_application: bool, app: &App) -> Result<()> {
    let listen = |kind: SignalKind| signal(kind).context("to listen for signals");
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hangup = listen(SignalKind::hangup())?;
    if !has_application {
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = hangup.recv() => look(app),
            }
        }
    }
    let mut quit = listen(SignalKind::quit())?;
    let mut first = listen(SignalKind::user_defined1())?;
    let mut second = listen(SignalKind::user_defined2())?;
    let mut window = listen(SignalKind::window_change())?;
    loop {
        let signal = tokio::select! {
            _ = terminate.recv() => Signal::TERM,
            _ = interrupt.recv() => Signal::INT,
            _ = hangup.recv() => Signal::HUP,
            _ = quit.recv() => Signal::QUIT,
            _ = first.recv() => Signal::USR1,
            _ = second.recv() => Signal::USR2,
            _ = window.recv() => Signal::WINCH,
        };
        // The application is gone, and its exit code ends the program.
        let _ = passed.send(signal).await;
    }
}

fn look(app: &App) {
    for mirror in &app.mirrors {
        // A mirror that has ended is reported by its outcome.
        drop(mirror.wakes.send(Wake::Hint));
    }
}
