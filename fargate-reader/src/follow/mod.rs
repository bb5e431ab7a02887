//! Following the volume: one thread reads it, everybody else sees what it published.

mod changes;
mod configuration;
mod hint;
mod item;
mod messages;
mod pulse;
mod thread;
mod watch;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use shared_volume::{Volume, time};
use tokio::sync::{oneshot, watch as channel};

use self::hint::Hint;
pub(crate) use self::pulse::Pulse;
use self::thread::Follower;
use crate::metrics::Journey;
use crate::settings::Settings;
use crate::snapshot::{Snapshot, VolumeHealth};

/// How long a look at the volume may take before the volume counts as failing.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the handlers have of the thread.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    snapshots: channel::Receiver<Arc<Snapshot>>,
    pulse: Arc<Pulse>,
    audience: Arc<AtomicUsize>,
    hints: Sender<Hint>,
    interval: Duration,
}

/// Somebody who follows the wall live; while there is one the volume is looked at more often.
#[derive(Debug)]
pub(crate) struct Listener {
    audience: Arc<AtomicUsize>,
}

/// Starts the thread. It runs until [`Follow::stop`]; the receiver learns of its end, however it comes.
///
/// # Errors
/// When there can be no further thread.
pub(crate) fn start(settings: &Settings, journey: Journey) -> io::Result<(Follow, oneshot::Receiver<()>)> {
    let (publish, snapshots) = channel::channel(Arc::new(Snapshot::waiting()));
    let (hints, hinted) = mpsc::channel();
    let (pulse, audience) = (Arc::new(Pulse::default()), Arc::new(AtomicUsize::new(0)));
    let follow = Follow { snapshots, pulse, audience, hints, interval: settings.watch_interval };

    let wall = Volume::new(&settings.wall_dir).require_mount(settings.require_mount).wall(None);
    let follower = Follower::new(wall, settings, &follow, publish, hinted, journey);
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new().name("follow".to_owned()).spawn(move || {
        // Dropped when the thread ends or panics, which tells the receiver.
        let _ended: oneshot::Sender<()> = ended;
        follower.run();
    })?;
    Ok((follow, end))
}

impl Follow {
    /// What is known now. The thread cannot tell that the volume hangs, because it hangs with it; here it is seen.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let silent = self.pulse.silent();
        if silent < PATIENCE || matches!(snapshot.volume, VolumeHealth::Failing { .. }) {
            return snapshot;
        }
        let reason = "the volume does not answer".to_owned();
        let volume = match snapshot.volume {
            VolumeHealth::Waiting(_) => VolumeHealth::Waiting(Some(reason)),
            _ => VolumeHealth::Failing { reason, since: time::now() - silent },
        };
        Arc::new(Snapshot { volume, config_event: OnceLock::new(), ..Snapshot::clone(&snapshot) })
    }

    /// How changes on the volume are noticed, for people.
    pub(crate) fn watching(&self, snapshot: &Snapshot) -> String {
        match snapshot.watching {
            Some("native") => "inotify".to_owned(),
            _ => format!("every {} ms", self.interval.as_millis()),
        }
    }

    /// What is known now, and everything that will be.
    pub(crate) fn subscribe(&self) -> channel::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// How the thread does.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// How many follow the wall live.
    pub(crate) fn streams(&self) -> usize {
        self.audience.load(Ordering::Relaxed)
    }

    /// Counts somebody who follows the wall live.
    pub(crate) fn listen(&self) -> Listener {
        self.audience.fetch_add(1, Ordering::Relaxed);
        self.look_now();
        Listener { audience: Arc::clone(&self.audience) }
    }

    /// Has the thread look now, as something is known to have been written.
    pub(crate) fn look_now(&self) {
        self.hint(Hint::Look);
    }

    /// Has the thread end. It is not waited for: the volume may hang.
    pub(crate) fn stop(&self) {
        self.hint(Hint::Stop);
    }

    fn hint(&self, hint: Hint) {
        // A thread that ended ends the process; there is nobody left to hint to.
        let _ = self.hints.send(hint);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.audience.fetch_sub(1, Ordering::Relaxed);
    }
}
