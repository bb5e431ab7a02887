//! Stops processes: SIGTERM, and SIGKILL after a time.

use std::time::Duration;

use rustix::process::{Signal, kill_process};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::children::{Child, Children};

/// The pause between two looks at processes that somebody else has started.
const PAUSE: Duration = Duration::from_millis(20);

/// Stops a child and returns its exit code. Signals that come meanwhile are passed on.
pub(super) async fn stop(child: &mut Child, signals: &mut mpsc::Receiver<Signal>, within: Duration) -> u8 {
    let pid = child.pid;
    // It fails only if the process has just ended.
    let send = |signal| _ = kill_process(pid, signal);
    send(Signal::TERM);
    let ended = timeout(within, async {
        loop {
            tokio::select! {
                code = &mut child.ended => return code.unwrap_or(u8::MAX),
                Some(signal) = signals.recv() => send(signal),
            }
        }
    });
    if let Ok(code) = ended.await {
        return code;
    }
    tracing::warn!(within_ms = crate::board::millis(within), "application_killed");
    send(Signal::KILL);
    (&mut child.ended).await.unwrap_or(u8::MAX)
}

/// Stops the processes that an application has left behind: they may still hold its port.
pub(super) async fn stop_inherited(children: &Children, within: Duration) {
    let send = |signal| {
        let left = children.inherited();
        for pid in &left {
            _ = kill_process(*pid, signal);
        }
        left.is_empty()
    };
    if send(Signal::TERM) {
        return;
    }
    let gone = async {
        while !children.inherited().is_empty() {
            sleep(PAUSE).await;
        }
    };
    if timeout(within, gone).await.is_err() {
        send(Signal::KILL);
    }
}
