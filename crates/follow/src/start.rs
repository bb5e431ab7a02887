//! Runs the program until a signal.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::board::Board;
use crate::children::Children;
use crate::command::Commands;
use crate::doors::{self, App, Followed};
use crate::fault::Fault;
use crate::mirror::{self, Outcome};
use crate::parent::Application;
use crate::settings::{Parent, Settings};
use crate::signals::Signals;
use crate::tell::Telling;

/// The time that a reload may take beside the stop of the application.
const RELOAD_MARGIN: Duration = Duration::from_secs(5);

/// The pause between two looks whether everything is in place, so that the application can start.
const PAUSE: Duration = Duration::from_millis(10);

/// Follows until a signal, or with `once` until everything was looked at. Returns the exit code.
pub(crate) async fn run(settings: Settings, application: Option<(Parent, Vec<OsString>)>) -> Result<u8> {
    let caught = Signals::catch(application.is_some())?;
    let children = Children::default();
    // Processes whose parent has ended become children of this one, as they do of the first process of a container.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).context("to become the reaper")?;
    let reaping = children.clone().reap();
    let (outcomes, outcome) = mpsc::channel(settings.mirrors.len());
    let (reloads, reloading) = mpsc::channel(settings.mirrors.len());
    let commands = Commands { children: children.clone(), runtime: Handle::current() };
    // The parent has to be able to tell mirrors apart from an application that is told in another way.
    let reload = application
        .as_ref()
        .map(|(parent, _)| (reloads, parent.stop_timeout * 2 + RELOAD_MARGIN, parent.reload_signal));
    let count = settings.mirrors.len();
    let mut mirrors = Vec::with_capacity(count);
    for mirror in settings.mirrors {
        let board = Board::new(&mirror);
        let by_application = reload.as_ref().filter(|(_, _, signal)| mirror.then.is_empty() || signal.is_some());
        let telling = Telling {
            commands: commands.clone(),
            ways: mirror.then.clone(),
            within: mirror.then_timeout,
            application: by_application.map(|(reloads, within, _)| (reloads.clone(), *within)),
            starts_application: reload.is_some(),
        };
        let wakes = mirror::start(mirror, board.clone(), telling, settings.once, outcomes.clone());
        mirrors.push(Followed { board, wakes: wakes.context("a thread")? });
    }
    let app = Arc::new(App { task: settings.task, mirrors });
    let (passed, signals) = mpsc::channel(16);
    let listening = listen(settings.listen, Arc::clone(&app)).await?;
    tokio::select! {
        ended = reaping => { ended.context("the reaper")?; bail!("the reaper ended unasked") }
        ended = listening => { ended?; bail!("the listener ended unasked") }
        code = all(outcome, count) => Ok(code),
        () = caught.pass(passed, &app) => Ok(0),
        code = serve(application, children, reloading, signals, Arc::clone(&app)) => Ok(code),
    }
}

/// Runs the application once everything is in place, if there is one.
async fn serve(
    application: Option<(Parent, Vec<OsString>)>,
    children: Children,
    reloading: mpsc::Receiver<crate::parent::Reload>,
    mut signals: mpsc::Receiver<Signal>,
    app: Arc<App>,
) -> u8 {
    let Some((parent, words)) = application else { return std::future::pending().await };
    while !app.mirrors.iter().all(|mirror| mirror.board.is_ready()) {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            Some(signal) = signals.recv() => {
                if signal == Signal::TERM || signal == Signal::INT || signal == Signal::QUIT {
                    return 0;
                }
            }
        }
    }
    Application { parent, words, children }.run(reloading, signals).await
}

/// Waits for the end of all mirrors. The first fault ends the program.
async fn all(mut outcome: mpsc::Receiver<Outcome>, count: usize) -> u8 {
    for _ in 0..count {
        match outcome.recv().await {
            Some(Ok(())) => {}
            Some(Err(fault)) => return failed(&fault),
            None => {
                tracing::error!("mirror_ended_unasked");
                return 1;
            }
        }
    }
    0
}

fn failed(fault: &Fault) -> u8 {
    tracing::error!(fault = fault.kind.name(), reason = fault.reason, "follow_stopped");
    fault.exit_code()
}

/// Starts the listener, if there is one.
async fn listen(address: Option<std::net::SocketAddr>, app: Arc<App>) -> Result<impl Future<Output = Result<()>>> {
    let listener = match address {
        Some(address) => Some(TcpListener::bind(address).await.with_context(|| format!("--listen {address}"))?),
        None => None,
    };
    Ok(async move {
        match listener {
            Some(listener) => doors::serve(listener, app).await.context("the listener"),
            None => std::future::pending().await,
        }
    })
}
