//! What one browser is sent.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;
use tokio::sync::watch;
use tokio::time::{Interval, interval};

use super::frames;
use crate::follow::Listener;
use crate::page::PostingState;
use crate::pieces::Pieces;
use crate::shapes::Status;
use crate::snapshot::{Item, PAGE_MESSAGES, Rejected, Snapshot, VolumeHealth};
use crate::state::Shared;

/// Proxies close what is silent for long.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// How often a stream looks whether its `status` is still true; how the volume does is told at once.
const STATUS: Duration = Duration::from_secs(1);

/// Whoever missed more than this starts over with the newest page.
const TOO_FAR: usize = 1000;

/// It is asked for the next piece only when the last one is on its way, so a slow browser skips what is outdated by then.
pub(super) struct Feed {
    app: Shared,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    /// What is left of the event that is being sent.
    sending: Pieces,
    /// What is to be sent before the next snapshot is looked at.
    pending: VecDeque<Pending>,
    /// Up to where the wall was sent or is pending.
    told: Option<Cursor>,
    /// Where what it shows begins, if it was sent everything that there was.
    begins: Option<Cursor>,
    told_config: Option<(Arc<Published>, Option<Rejected>)>,
    told_status: Option<(Status, Cursor)>,
    status_check: Interval,
    quiet: Interval,
    _listener: Listener,
}

enum Pending {
    Item(Arc<Item>),
    Wall(Arc<Snapshot>),
    Config(Arc<Snapshot>, PostingState),
    Status(Arc<Snapshot>, Status, String),
}

impl Feed {
    pub(super) fn new(app: Shared, cursor: Option<Cursor>) -> Self {
        let mut snapshots = app.follow.subscribe();
        snapshots.mark_changed();
        let _listener = app.follow.listen();
        Self {
            app,
            snapshots,
            sending: Bytes::from(frames::RETRY).into(),
            pending: VecDeque::new(),
            told: cursor,
            begins: None,
            told_config: None,
            told_status: None,
            status_check: interval(STATUS),
            quiet: interval(KEEP_ALIVE),
            _listener,
        }
    }

    /// What is sent next; nothing when there will be nothing.
    pub(super) async fn next(mut self) -> Option<(Result<Bytes, askama::Error>, Self)> {
        loop {
            if let Some(chunk) = self.sending.next_chunk() {
                self.quiet.reset();
                return Some((Ok(chunk), self));
            }
            match self.pending.pop_front().map(Pending::pieces) {
                Some(Ok(pieces)) => self.sending = pieces,
                Some(Err(error)) => {
                    tracing::error!(%error, "event_failed");
                    return Some((Err(error), self));
                }
                None => self.wait().await?,
            }
        }
    }

    /// Waits until there may be something to tell; nothing when there will be nothing.
    async fn wait(&mut self) -> Option<()> {
        let ticked = tokio::select! {
            changed = self.snapshots.changed() => {
                changed.ok()?;
                false
            }
            _ = self.status_check.tick() => true,
            _ = self.quiet.tick() => {
                self.sending = Bytes::from(frames::COMMENT).into();
                return Some(());
            }
        };
        let snapshot = self.app.follow.snapshot();
        // Before the first look nobody knows what a browser that comes back has missed: what it shows is better.
        if !matches!(snapshot.volume, VolumeHealth::Waiting(_)) || self.told.is_none() {
            self.tell_wall(&snapshot);
            self.tell_config(&snapshot);
        }
        self.tell_status(&snapshot, ticked);
        Some(())
    }

    fn tell_wall(&mut self, snapshot: &Arc<Snapshot>) {
        let missed = self.told.filter(|_| !self.is_missing_older(snapshot)).and_then(|told| snapshot.missed(told));
        match missed.filter(|missed| missed.len() <= TOO_FAR) {
            Some(missed) => self.pending.extend(missed.iter().cloned().map(Pending::Item)),
            None => self.pending.push_back(Pending::Wall(Arc::clone(snapshot))),
        }
        self.told = Some(snapshot.cursor);
        self.begins = (snapshot.messages.len() <= PAGE_MESSAGES).then_some(snapshot.begins);
    }

    /// Returns true if there are messages now before those that it was sent: a removal or a higher `keep_messages` has
    /// made room for them, or they were restored.
    fn is_missing_older(&self, snapshot: &Snapshot) -> bool {
        let begins = snapshot.begins;
        self.begins.is_some_and(|before| before.wall == begins.wall && begins.position < before.position)
    }

    fn tell_config(&mut self, snapshot: &Arc<Snapshot>) {
        let told = self.told_config.as_ref();
        if told.is_some_and(|(config, rejected)| *config == snapshot.config && *rejected == snapshot.rejected) {
            return;
        }
        self.told_config = Some((Arc::clone(&snapshot.config), snapshot.rejected.clone()));
        self.pending.push_back(Pending::Config(Arc::clone(snapshot), self.app.posting(snapshot)));
    }

    /// The figures that go up with every message are only told now and then.
    fn tell_status(&mut self, snapshot: &Arc<Snapshot>, figures: bool) {
        let status = Status::new(&self.app, snapshot);
        let told = self.told_status.as_ref();
        if told.is_some_and(|(told, cursor)| status.says_the_same_as(told) && !(figures && *cursor != snapshot.cursor))
        {
            return;
        }
        self.told_status = Some((status.clone(), snapshot.cursor));
        self.pending.push_back(Pending::Status(Arc::clone(snapshot), status, self.app.follow.watching(snapshot)));
    }
}

impl Pending {
    fn pieces(self) -> Result<Pieces, askama::Error> {
        match self {
            Self::Item(item) => frames::item(&item),
            Self::Wall(snapshot) => frames::wall(&snapshot),
            Self::Config(snapshot, posting) => frames::config(&snapshot, posting),
            Self::Status(snapshot, status, watching) => frames::status(&snapshot, &status, &watching),
        }
    }
}
