//! The one thread that touches the volume: wait for a hint, look, publish.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use shared_volume::{WallDir, time};
use tokio::sync::watch as channel;

use super::configuration::{Configuration, DOUBT};
use super::hint::{Hint, Part, Scope};
use super::messages::{Messages, Newest};
use super::watch::{Plan, Watching};
use super::{Follow, Pulse};
use crate::metrics::Journey;
use crate::settings::Settings;
use crate::snapshot::{Snapshot, VolumeHealth};

/// What the thread has.
#[derive(Debug)]
pub(super) struct Follower {
    wall: WallDir,
    messages: Messages,
    configuration: Configuration,
    volume: VolumeHealth,
    /// Whether there is something to publish.
    news: bool,
    plan: Plan,
    /// When everything was looked at last.
    whole_look: Instant,
    watching: Option<Watching>,
    /// Whether a watcher was refused and that was logged.
    unwatched: bool,
    hinted: Receiver<Hint>,
    publish: channel::Sender<Arc<Snapshot>>,
    pulse: Arc<Pulse>,
    audience: Arc<AtomicUsize>,
}

impl Follower {
    pub(super) fn new(
        wall: WallDir,
        settings: &Settings,
        follow: &Follow,
        publish: channel::Sender<Arc<Snapshot>>,
        hinted: Receiver<Hint>,
        journey: Journey,
    ) -> Self {
        Self {
            messages: Messages::new(wall.clone(), journey),
            configuration: Configuration::new(wall.clone()),
            wall,
            volume: VolumeHealth::Waiting(None),
            news: false,
            plan: Plan::new(settings, follow.hints.clone()),
            whole_look: Instant::now(),
            watching: None,
            unwatched: false,
            hinted,
            publish,
            pulse: Arc::clone(&follow.pulse),
            audience: Arc::clone(&follow.audience),
        }
    }

    /// Follows until it is told to stop.
    pub(super) fn run(mut self) {
        let mut scope = Scope::EVERYTHING;
        loop {
            self.pulse.ask();
            let look = self.look(scope);
            self.pulse.answered(look.is_ok());
            self.judge(look.map_err(|error| error.to_string()));
            if std::mem::take(&mut self.news) {
                self.publish.send_replace(Arc::new(self.snapshot()));
            }
            self.close();
            match self.wait() {
                Some(next) => scope = next,
                None => return,
            }
        }
    }

    /// Reads what is new.
    fn look(&mut self, scope: Scope) -> io::Result<()> {
        if scope.everything {
            self.whole_look = Instant::now();
            // An open directory makes NFS ask the server for what is in it; a missing file is else remembered as missing.
            let _directory = self.wall.open().inspect_err(|_| self.watching = None)?;
            // Watching begins before reading, so that nothing falls in between.
            self.watch();
        }
        let live = !matches!(self.volume, VolumeHealth::Waiting(_));
        if scope.has(Part::Configuration) {
            self.news |= self.configuration.read(live);
        }
        if scope.has(Part::Messages) {
            self.news |= self.messages.read(live)?;
        }
        Ok(())
    }

    /// Closes what was read.
    fn close(&mut self) {
        self.pulse.ask();
        self.configuration.close();
        self.messages.close();
        self.pulse.answered(false);
    }

    fn watch(&mut self) {
        if self.watching.as_ref().is_some_and(Watching::is_current) {
            return;
        }
        // The old one first: the new one is not to be confused by what it still says.
        self.watching = None;
        match self.plan.begin(&self.wall) {
            Ok(watching) => {
                tracing::info!(watcher = watching.name(), "watch_began");
                self.unwatched = false;
                self.pulse.listen_to(watching.heartbeat());
                self.watching = Some(watching);
            }
            Err(error) if !self.unwatched => {
                tracing::warn!(%error, "watch_refused");
                self.unwatched = true;
            }
            Err(_) => {}
        }
    }

    /// Takes note of how the look went.
    fn judge(&mut self, look: Result<(), String>) {
        let volume = match (look, &self.volume) {
            (Ok(()), _) => VolumeHealth::Ok,
            (Err(reason), VolumeHealth::Waiting(_)) => VolumeHealth::Waiting(Some(reason)),
            (Err(reason), VolumeHealth::Ok) => VolumeHealth::Failing { reason, since: time::now() },
            (Err(reason), VolumeHealth::Failing { since, .. }) => VolumeHealth::Failing { reason, since: *since },
        };
        if volume != self.volume {
            self.news = true;
            match &volume {
                VolumeHealth::Ok => tracing::info!("volume_ok"),
                VolumeHealth::Waiting(reason) => tracing::warn!(reason, "volume_awaited"),
                VolumeHealth::Failing { reason, .. } => tracing::error!(reason, "volume_failing"),
            }
        }
        self.volume = volume;
    }

    fn snapshot(&self) -> Snapshot {
        let config = Arc::clone(&self.configuration.running);
        let Newest { begins, items, messages } = self.messages.newest(config.config.keep_messages.get());
        Snapshot {
            cursor: self.messages.cursor,
            begins,
            items: Arc::new(items),
            messages: Arc::new(messages),
            config,
            changes: self.configuration.changes.newest.clone(),
            rejected: self.configuration.rejected.clone(),
            volume: self.volume.clone(),
            watching: self.watching.as_ref().map(Watching::name),
            damaged_lines: self.messages.damaged_lines,
            config_event: OnceLock::new(),
        }
    }

    /// Waits for a reason to look, and answers at what; nothing when there will be none.
    fn wait(&mut self) -> Option<Scope> {
        let followed = self.audience.load(Ordering::Relaxed) > 0;
        let between = self.plan.patience(self.watching.as_ref(), followed);
        // Hints about parts do not put it off.
        let mut patience = between.saturating_sub(self.whole_look.elapsed());
        if self.configuration.is_in_doubt() {
            patience = patience.min(DOUBT);
        }
        let first = match self.hinted.recv_timeout(patience) {
            Ok(hint) => hint,
            Err(RecvTimeoutError::Timeout) => {
                if let Some(watching) = &mut self.watching {
                    watching.tick();
                }
                Hint::Look
            }
            Err(RecvTimeoutError::Disconnected) => return None,
        };
        let mut scope = Scope::NOTHING;
        // One change raises several events; one look answers all that have come by now.
        for hint in std::iter::once(first).chain(self.hinted.try_iter()) {
            match hint {
                Hint::Look => scope.everything = true,
                Hint::Changed(part) => scope.add(part),
                Hint::WatchLost => {
                    self.watching = None;
                    scope.everything = true;
                }
                Hint::Stop => return None,
            }
        }
        if self.configuration.is_in_doubt() {
            scope.add(Part::Configuration);
        }
        // Where something is wrong with the volume, a part that can be read does not make it right.
        scope.everything |= self.volume != VolumeHealth::Ok || self.whole_look.elapsed() >= between;
        Some(scope)
    }
}
