//! The processes that this one starts, and those that it inherits.
//!
//! The first process of a container inherits every process whose parent has ended, and has to reap it. One place reaps all
//! of them, so that nobody takes the exit status of a child that another part waits for.

use std::collections::HashMap;
use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, WaitOptions, WaitStatus, wait};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// The exit code of a shell for a process that a signal has ended is this plus the signal.
const SIGNALLED: i32 = 128;

/// The children of this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Children(Arc<Mutex<HashMap<i32, oneshot::Sender<u8>>>>);

/// A child that was started.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) pid: Pid,
    /// Receives the exit code as a shell would report it.
    pub(crate) ended: oneshot::Receiver<u8>,
}

impl Children {
    /// Starts a process.
    pub(crate) fn start(&self, mut command: Command) -> io::Result<Child> {
        // Nothing is reaped meanwhile, so that a child which ends at once is known when it is.
        let mut waiting = self.waiting();
        let child = command.spawn()?;
        let id = child.id().cast_signed();
        let pid = Pid::from_raw(id).ok_or_else(|| io::Error::other("a process has the id 0"))?;
        let (sender, ended) = oneshot::channel();
        waiting.insert(id, sender);
        Ok(Child { pid, ended })
    }

    /// Reaps every process that ends, for as long as this program runs.
    pub(crate) async fn reap(self) -> io::Result<()> {
        let mut ended = signal(SignalKind::child())?;
        loop {
            self.reap_all();
            // Signals that come at the same time are one.
            if ended.recv().await.is_none() {
                return Err(io::Error::other("the signals of children ended"));
            }
        }
    }

    fn reap_all(&self) {
        let mut waiting = self.waiting();
        // It fails only without any child.
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            if let Some(sender) = waiting.remove(&pid.as_raw_nonzero().get()) {
                // Nobody waits any more for a command that took too long.
                let _ = sender.send(exit_code(status));
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<i32, oneshot::Sender<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the children that nobody started here: their parents have ended.
    pub(crate) fn inherited(&self) -> Vec<Pid> {
        let me = rustix::process::getpid();
        let started = self.waiting();
        let children = crate::processes::all().filter(|process| process.parent == me.as_raw_nonzero().get());
        children
            .filter(|child| !started.contains_key(&child.pid))
            .filter_map(|child| Pid::from_raw(child.pid))
            .collect()
    }
}

fn exit_code(status: WaitStatus) -> u8 {
    let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| SIGNALLED + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}
