//! The events of one stream.

use std::collections::VecDeque;
use std::sync::Arc;
use std::vec;

use axum::body::Bytes;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;
use tokio::sync::watch;
use wall_api::PAGE_MESSAGES;

use super::output::Output;
use crate::doors::app::Shared;
use crate::doors::places::Place;
use crate::doors::pulse::Pulse;
use crate::follow::{Item, Listener, Rejected, Snapshot, VolumeHealth};
use crate::views::{Encoding, Piece, PostingState, View, frames};

/// The largest number of items that a client gets one by one. A client that missed more starts over with the newest page.
const MAX_MISSED: usize = 1000;

/// The events of one stream. The next chunk is made when the last one has been sent, so a slow client skips outdated
/// states. A stream that waits keeps nothing of the wall.
pub(super) struct Feed {
    app: Shared,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    pulse: watch::Receiver<Pulse>,
    output: Output,
    /// The rest of the event that is being sent.
    sending: vec::IntoIter<Piece>,
    /// The events to send before the next snapshot is taken.
    pending: VecDeque<Pending>,
    /// The cursor up to which the wall was sent or is pending.
    sent: Option<Cursor>,
    /// The beginning of the wall, if the whole wall was sent.
    begins: Option<Cursor>,
    sent_config: Option<(Arc<Published>, Option<Rejected>)>,
    sent_status: Option<Piece>,
    /// The beats until now, and true if nothing was sent since the last one.
    beats: u64,
    is_silent: bool,
    _listener: Listener,
    _place: Place,
}

enum Pending {
    Item(Arc<View>, Arc<Item>),
    Wall(Arc<View>),
    Config(Arc<View>, PostingState),
    Status(Piece),
}

impl Feed {
    /// Begins a stream after `cursor`, or with the newest page if there is none.
    pub(super) fn new(app: Shared, place: Place, cursor: Option<Cursor>, encoding: Encoding) -> Self {
        let (mut snapshots, mut pulse) = (app.follow.subscribe(), app.pulse.clone());
        snapshots.mark_changed();
        let beats = pulse.borrow_and_update().beats;
        let _listener = app.follow.listen();
        Self {
            app,
            snapshots,
            pulse,
            output: Output::new(encoding),
            sending: vec![frames::RETRY.clone()].into_iter(),
            pending: VecDeque::new(),
            sent: cursor,
            begins: None,
            sent_config: None,
            sent_status: None,
            beats,
            is_silent: false,
            _listener,
            _place: place,
        }
    }

    /// Returns the next chunk, or `None` if the stream has ended.
    pub(super) async fn next(mut self: Box<Self>) -> Option<(Result<Bytes, askama::Error>, Box<Self>)> {
        loop {
            if self.output.has_ended() {
                return None;
            }
            // The channel is closed at the shutdown.
            if self.pulse.has_changed().is_err() {
                return self.output.end().map(|end| (Ok(end), self));
            }
            if let Some(piece) = self.sending.next() {
                self.is_silent = false;
                return Some((Ok(self.output.chunk(&piece)), self));
            }
            match self.pending.pop_front().map(Pending::pieces) {
                Some(Ok(pieces)) => self.sending = pieces.into_iter(),
                Some(Err(error)) => {
                    tracing::error!(%error, "event_failed");
                    return Some((Err(error), self));
                }
                None => self.wait().await,
            }
        }
    }

    /// Waits until there may be something to send, or the stream has ended.
    async fn wait(&mut self) {
        // What long events took is given back.
        (self.sending, self.pending) = Default::default();
        tokio::select! {
            // If the thread has ended, the process ends.
            _ = self.snapshots.changed() => {}
            _ = self.pulse.changed() => {}
        }
        let view = self.app.view();
        // Before the first scan the reader does not know the messages that a client has missed. The client keeps its page.
        if !matches!(view.snapshot.volume, VolumeHealth::Waiting(_)) || self.sent.is_none() {
            self.add_wall(&view);
            self.add_config(view);
        }
        self.add_pulse();
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

    fn add_config(&mut self, view: Arc<View>) {
        let snapshot = &view.snapshot;
        let sent = self.sent_config.as_ref();
        if sent.is_some_and(|(config, rejected)| *config == snapshot.config && *rejected == snapshot.rejected) {
            return;
        }
        self.sent_config = Some((Arc::clone(&snapshot.config), snapshot.rejected.clone()));
        let posting = self.app.posting(snapshot);
        self.pending.push_back(Pending::Config(view, posting));
    }

    /// Adds the `status` event if there is a new one, and a beat if the stream was silent for long.
    fn add_pulse(&mut self) {
        let pulse = self.pulse.borrow_and_update();
        let new = pulse.status.as_ref().filter(|new| self.sent_status.as_ref().is_none_or(|sent| !sent.is(new)));
        if let Some(status) = new {
            self.sent_status = Some(status.clone());
            self.pending.push_back(Pending::Status(status.clone()));
        }
        if pulse.beats == self.beats {
            return;
        }
        if self.is_silent && self.pending.is_empty() {
            self.sending = vec![frames::BEAT.clone()].into_iter();
        }
        (self.beats, self.is_silent) = (pulse.beats, true);
    }
}

impl Pending {
    fn pieces(self) -> Result<Vec<Piece>, askama::Error> {
        match self {
            Self::Item(view, item) => Ok(frames::item(&view, &item)?.into_iter().collect()),
            Self::Wall(view) => Ok(frames::wall(&view)?.pieces().to_vec()),
            Self::Config(view, posting) => Ok(vec![frames::config(&view, posting)?]),
            Self::Status(status) => Ok(vec![status]),
        }
    }
}
