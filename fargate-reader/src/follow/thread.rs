//! The one thread that touches the volume: it waits for a hint, scans, and publishes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use shared_volume::{Volume, WallDir, time};
use tokio::sync::{oneshot, watch as channel};

use super::announced::Announced;
use super::configuration::{Configuration, FAULT_DELAY};
use super::facts::Facts;
use super::handle::Follow;
use super::hint::{Hint, Part, Scope};
use super::journey::Journey;
use super::liveness::Liveness;
use super::looks::Looks;
use super::marks::Marks;
use super::messages::{Messages, Newest};
use super::on_demand::{OnDemand, Publish};
use super::open_files::OpenFiles;
use super::pass::Pass;
use super::rest::Rest;
use super::snapshot::{History, Snapshot, VolumeHealth};
use super::watcher::{WallWatcher, WatchPlan};
use crate::settings::Settings;

/// Starts the thread. It runs until [`Follow::stop`]. The receiver is notified when it ends, also when it panics.
///
/// # Errors
/// Returns an error if the operating system cannot start a thread.
pub(crate) fn start(settings: &Settings, journey: Journey) -> io::Result<(Follow, oneshot::Receiver<()>)> {
    let (publish, snapshots) = channel::channel(Arc::new(Snapshot::waiting(settings.watch_interval)));
    let (hints, hinted) = mpsc::channel();
    let (publish_history, histories) = channel::channel(Arc::new(History::unknown()));
    let (publish_facts, facts) = channel::channel(Arc::new(Facts::default()));
    let (liveness, audience, looks, history_asked) = <_>::default();
    let (marks, facts_asked) = <_>::default();
    let follow =
        Follow { snapshots, liveness, audience, hints, looks, histories, history_asked, marks, facts, facts_asked };
    let on_demand = Publish { history: publish_history, facts: publish_facts };
    let follower = Follower::new(settings, &follow, (publish, on_demand), hinted, journey);
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new().name("follow".to_owned()).spawn(move || {
        // Dropped when the thread ends or panics, which notifies the receiver.
        let _ended: oneshot::Sender<()> = ended;
        follower.run();
    })?;
    Ok((follow, end))
}

/// The state of the thread.
#[derive(Debug)]
struct Follower {
    wall: WallDir,
    messages: Messages,
    configuration: Configuration,
    volume: VolumeHealth,
    /// True if there is something to publish.
    changed: bool,
    published: u64,
    rest: Rest,
    plan: WatchPlan,
    watcher: Option<WallWatcher>,
    /// True if starting a watcher failed, and that was logged.
    watch_failed: bool,
    /// The time of the last scan of everything.
    scanned_all_at: Instant,
    hints: Receiver<Hint>,
    looks: Arc<Looks>,
    announced: Announced,
    publish: channel::Sender<Arc<Snapshot>>,
    liveness: Arc<Liveness>,
    audience: Arc<AtomicUsize>,
    journey: Journey,
    marks: Arc<Marks>,
    on_demand: OnDemand,
}

impl Follower {
    fn new(
        settings: &Settings,
        follow: &Follow,
        (publish, on_demand): (channel::Sender<Arc<Snapshot>>, Publish),
        hints: Receiver<Hint>,
        journey: Journey,
    ) -> Self {
        let wall = Volume::new(&settings.wall_dir).require_mount(settings.require_mount).wall(None);
        let configuration = Configuration::new(wall.clone());
        Self {
            messages: Messages::new(wall.clone(), journey.clone()),
            on_demand: OnDemand::new(&wall, follow, on_demand, Arc::clone(&configuration.running)),
            configuration,
            wall,
            volume: VolumeHealth::Waiting(None),
            changed: false,
            published: 0,
            rest: Rest::default(),
            plan: WatchPlan::new(settings, follow.hints.clone()),
            watcher: None,
            watch_failed: false,
            scanned_all_at: Instant::now(),
            hints,
            looks: Arc::clone(&follow.looks),
            announced: Announced::new(Instant::now()),
            publish,
            journey,
            marks: Arc::clone(&follow.marks),
            liveness: Arc::clone(&follow.liveness),
            audience: Arc::clone(&follow.audience),
        }
    }

    /// Follows the volume until [`Hint::Stop`].
    fn run(mut self) {
        let liveness = Arc::clone(&self.liveness);
        let mut scope = Scope::EVERYTHING;
        loop {
            let (mut open, mut look) = (OpenFiles::default(), None);
            let began = Instant::now();
            // After a hint to read the history there is nothing to scan.
            if scope != Scope::NOTHING {
                look = scope.everything.then(|| self.looks.begin());
                let scan = liveness.during(|| self.scan(scope, &mut open));
                if scan.is_ok() {
                    liveness.scan_succeeded();
                }
                self.judge(scan.map_err(|error| error.to_string()));
            }
            self.publish_changes();
            if let Some(began) = look {
                self.looks.end(began);
            }
            liveness.during(|| drop(open));
            self.rest.after(began.elapsed());
            let hint = self.on_demand.read(&liveness, &self.hints, &self.configuration, self.published);
            match self.wait(hint) {
                Some(next) => scope = next,
                None => return,
            }
        }
    }

    /// Reads the parts of `scope`.
    fn scan(&mut self, scope: Scope, open: &mut OpenFiles) -> io::Result<()> {
        self.journey.look_begins(time::now());
        if scope.everything {
            self.scanned_all_at = Instant::now();
            self.marks.looked(self.scanned_all_at);
            // Opening the directory makes an NFS client ask the server for its entries; otherwise the client remembers a
            // missing file as missing.
            let _directory = self.wall.open().inspect_err(|_| self.watcher = None)?;
            // Watching begins before reading, so that no change falls in between.
            self.watch();
        }
        let pass = if matches!(self.volume, VolumeHealth::Waiting(_)) { Pass::First } else { Pass::Later };
        let messages = if scope.has(Part::Messages) { self.messages.read(pass, open) } else { Ok(false) };
        self.changed |= messages.as_ref().is_ok_and(|changed| *changed);
        // Messages do not wait until the configuration was read.
        if self.volume == VolumeHealth::Ok {
            self.publish_changes();
        }
        if scope.has(Part::Configuration) {
            self.changed |= self.configuration.read(pass, open);
        }
        messages.map(drop)
    }

    /// Publishes a snapshot if something has changed since the last one.
    fn publish_changes(&mut self) {
        if std::mem::take(&mut self.changed) {
            self.published += 1;
            self.rest.is_due = true;
            self.publish.send_replace(Arc::new(self.snapshot()));
            self.journey.published(time::now());
            self.marks.found(Instant::now());
            self.announced.changed(Instant::now());
        }
    }

    fn watch(&mut self) {
        if self.watcher.as_ref().is_some_and(WallWatcher::is_current) {
            return;
        }
        // The old watcher ends first: its late events must not be taken for events of the new one.
        self.watcher = None;
        match self.plan.start(&self.wall) {
            Ok(watcher) => {
                tracing::info!(watcher = watcher.kind().name(), "watch_began");
                self.watch_failed = false;
                self.liveness.include(watcher.handle());
                self.watcher = Some(watcher);
            }
            Err(error) if !self.watch_failed => {
                tracing::warn!(%error, "watch_refused");
                self.watch_failed = true;
            }
            Err(_) => {}
        }
    }

    /// Updates the health of the volume after a scan, and logs a change.
    fn judge(&mut self, scan: Result<(), String>) {
        let volume = self.volume.after(scan);
        if volume != self.volume {
            self.changed = true;
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
            number: self.published,
            cursor: self.messages.cursor,
            begins,
            items: Arc::new(items),
            messages: Arc::new(messages),
            pictures: Arc::new(self.messages.pictures()),
            config,
            changes: self.configuration.changes.newest.clone(),
            rejected: self.configuration.rejected.clone(),
            volume: self.volume.clone(),
            watcher: self.watcher.as_ref().map(WallWatcher::kind),
            scan_interval: self.plan.interval,
            damaged_lines: self.messages.damaged_lines,
        }
    }

    /// Waits for a reason to scan, unless there is a `hint` already. Returns the parts to scan, or `None` after
    /// [`Hint::Stop`].
    fn wait(&mut self, hint: Option<Hint>) -> Option<Scope> {
        let has_audience = self.audience.load(Ordering::Relaxed) > 0;
        let is_announced = self.announced.is_reliable(Instant::now());
        self.looks.set_announced(is_announced);
        let pause = self.plan.pace(self.watcher.as_ref(), has_audience, is_announced);
        let first = match hint {
            Some(hint) => hint,
            None => self.next_hint(pause)?,
        };
        let mut scope = Scope::NOTHING;
        // One change causes several events. One scan is enough for all events so far.
        for hint in std::iter::once(first).chain(self.hints.try_iter()) {
            match hint {
                Hint::Scan => scope.everything = true,
                Hint::Look => {
                    self.announced.looked(Instant::now());
                    scope.everything = true;
                }
                Hint::Changed(part) => scope.add(part),
                Hint::History | Hint::Facts => {}
                Hint::WatchLost => {
                    self.watcher = None;
                    scope.everything = true;
                }
                Hint::Stop => return None,
            }
        }
        if self.configuration.is_in_doubt() {
            scope.add(Part::Configuration);
        }
        // While the volume is at fault, reading one part does not show that all is well.
        scope.everything |= self.volume != VolumeHealth::Ok || self.scanned_all_at.elapsed() >= pause;
        Some(scope)
    }

    /// Waits for a hint, but no longer than until `pause` after the last scan of everything.
    fn next_hint(&mut self, pause: Duration) -> Option<Hint> {
        let mut timeout = pause.saturating_sub(self.scanned_all_at.elapsed());
        if self.configuration.is_in_doubt() {
            timeout = timeout.min(FAULT_DELAY);
        }
        match self.hints.recv_timeout(timeout) {
            Ok(hint) => Some(hint),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(watcher) = &mut self.watcher {
                    watcher.renew();
                }
                Some(Hint::Scan)
            }
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}
