//! The events of one stream.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;
use tokio::sync::watch;
use tokio::time::{Interval, interval};
use wall_api::PAGE_MESSAGES;

use crate::doors::app::Shared;
use crate::follow::{Item, Listener, Rejected, Snapshot, VolumeHealth};
use crate::views::json::StatusJson;
use crate::views::{Pieces, PostingState, View, frames};

/// The interval at which a stream compares its last `status` event with the present state. A change of the volume's health
/// is sent at once.
const STATUS_INTERVAL: Duration = Duration::from_secs(1);

/// The largest number of items that a client gets one by one. A client that missed more starts over with the newest page.
const MAX_MISSED: usize = 1000;

/// The events of one stream. The next chunk is made when the last one has been sent, so a slow client skips outdated
/// states.
pub(super) struct Feed {
    app: Shared,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    /// The rest of the event that is being sent.
    sending: Pieces,
    /// The events to send before the next snapshot is taken.
    pending: VecDeque<Pending>,
    /// The cursor up to which the wall was sent or is pending.
    sent: Option<Cursor>,
    /// The beginning of the wall, if the whole wall was sent.
    begins: Option<Cursor>,
    sent_config: Option<(Arc<Published>, Option<Rejected>)>,
    sent_status: Option<(StatusJson, Cursor)>,
    status_check: Interval,
    keep_alive: Interval,
    _listener: Listener,
}

enum Pending {
    Item(Arc<View>, Arc<Item>),
    Wall(Arc<View>),
    Config(Arc<View>, PostingState),
    Status(Arc<View>, StatusJson),
}

impl Feed {
    /// Begins a stream after `cursor`, or with the newest page if there is none.
    pub(super) fn new(app: Shared, cursor: Option<Cursor>) -> Self {
        let mut snapshots = app.follow.subscribe();
        snapshots.mark_changed();
        let _listener = app.follow.listen();
        Self {
            app,
            snapshots,
            sending: Bytes::from(frames::RETRY).into(),
            pending: VecDeque::new(),
            sent: cursor,
            begins: None,
            sent_config: None,
            sent_status: None,
            status_check: interval(STATUS_INTERVAL),
            keep_alive: interval(frames::KEEP_ALIVE),
            _listener,
        }
    }

    /// Returns the next chunk, or `None` if the stream has ended.
    pub(super) async fn next(mut self) -> Option<(Result<Bytes, askama::Error>, Self)> {
        loop {
            if let Some(chunk) = self.sending.next_chunk() {
                self.keep_alive.reset();
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

    /// Waits until there may be something to send. Returns `None` if the stream has ended.
    async fn wait(&mut self) -> Option<()> {
        let ticked = tokio::select! {
            changed = self.snapshots.changed() => {
                changed.ok()?;
                false
            }
            _ = self.status_check.tick() => true,
            _ = self.keep_alive.tick() => {
                self.sending = Bytes::from(frames::COMMENT).into();
                return Some(());
            }
        };
        let view = self.app.view();
        // Before the first scan the reader does not know the messages that a client has missed. The client keeps its page.
        if !matches!(view.snapshot.volume, VolumeHealth::Waiting(_)) || self.sent.is_none() {
            self.add_wall(&view);
            self.add_config(&view);
        }
        self.add_status(view, ticked);
        Some(())
    }

    fn add_wall(&mut self, view: &Arc<View>) {
        let snapshot = &view.snapshot;
        let missed = self.sent.filter(|_| !self.is_missing_older(snapshot)).and_then(|sent| snapshot.missed(sent));
        match missed.filter(|missed| missed.len() <= MAX_MISSED) {
            Some(missed) => {
                self.pending.extend(missed.iter().map(|item| Pending::Item(Arc::clone(view), Arc::clone(item))));
            }
            None => self.pending.push_back(Pending::Wall(Arc::clone(view))),
        }
        self.sent = Some(snapshot.cursor);
        self.begins = (snapshot.messages.len() <= PAGE_MESSAGES).then_some(snapshot.begins);
    }

    /// Returns true if the wall now has messages before those that were sent: a removal or a higher `keep_messages` has
    /// made room for them, or they were restored.
    fn is_missing_older(&self, snapshot: &Snapshot) -> bool {
        let begins = snapshot.begins;
        self.begins.is_some_and(|before| before.wall == begins.wall && begins.position < before.position)
    }

    fn add_config(&mut self, view: &Arc<View>) {
        let snapshot = &view.snapshot;
        let sent = self.sent_config.as_ref();
        if sent.is_some_and(|(config, rejected)| *config == snapshot.config && *rejected == snapshot.rejected) {
            return;
        }
        self.sent_config = Some((Arc::clone(&snapshot.config), snapshot.rejected.clone()));
        self.pending.push_back(Pending::Config(Arc::clone(view), self.app.posting(snapshot)));
    }

    /// Adds a `status` event if the state has changed. Figures that change with every message are sent only if `ticked`.
    fn add_status(&mut self, view: Arc<View>, ticked: bool) {
        let (status, cursor) = (self.app.status(&view.snapshot), view.snapshot.cursor);
        let is_current = |(sent, sent_at): &(StatusJson, Cursor)| {
            let has_new_figures = ticked && *sent_at != cursor;
            status.is_same_as(sent) && !has_new_figures
        };
        if self.sent_status.as_ref().is_some_and(is_current) {
            return;
        }
        self.sent_status = Some((status.clone(), cursor));
        self.pending.push_back(Pending::Status(view, status));
    }
}

impl Pending {
    fn pieces(self) -> Result<Pieces, askama::Error> {
        match self {
            Self::Item(view, item) => frames::item(&view, &item),
            Self::Wall(view) => frames::wall(&view),
            Self::Config(view, posting) => frames::config(&view, posting),
            Self::Status(view, status) => frames::status(&view.snapshot, &status),
        }
    }
}
