//! `GET /events`: the wall, live, as server-sent events.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;
use tokio::sync::watch;
use tokio::time::{Interval, interval};

use super::parameters::Parameters;
use crate::error::ApiError;
use crate::follow::Listener;
use crate::page::{self, PostingState};
use crate::shapes::{Message, Running, Status, Wall};
use crate::snapshot::{PAGE_MESSAGES, Rejected, Shown, Snapshot, VolumeHealth};
use crate::state::Shared;

/// Proxies close what is silent for long.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// How soon a browser that lost its stream asks for a new one.
const RETRY: Duration = Duration::from_secs(1);

/// How often a stream looks whether its `status` is still true; how the volume does is told at once.
const STATUS: Duration = Duration::from_secs(1);

/// Whoever missed more than this starts over with the newest page.
const TOO_FAR: usize = 1000;

/// `GET /events`. What the browser has seen is in the query when it cannot say so by `Last-Event-ID`, as on its first
/// connection.
pub(crate) async fn events(
    State(app): State<Shared>,
    asked: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (id, after) = (asked.get("last_event_id")?, asked.get("after")?);
    // An id that cannot be understood is one of a wall that is not known: the stream starts over.
    let cursor = last.or(id).or(after).and_then(|id| id.parse().ok());
    let shutdown = app.shutdown.clone().cancelled_owned();
    let feed = Feed::new(app, cursor);
    // Without an end of its own an open stream would hold up the shutdown for ever.
    let events = stream::unfold(feed, Feed::next).take_until(shutdown);
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    let unbuffered = [(header::CACHE_CONTROL, "no-cache"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(events).keep_alive(keep_alive)).into_response())
}

/// What one browser is sent. It is asked for the next event only when the last one is on its way, so a slow browser
/// skips what is outdated by then.
struct Feed {
    app: Shared,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    /// What is to be sent before the next snapshot is looked at.
    pending: VecDeque<Pending>,
    /// Up to where messages were sent or are pending, and the edition of the log that this is about.
    told: Option<Cursor>,
    edition: Option<u64>,
    told_config: Option<(Arc<Published>, Option<Rejected>)>,
    told_status: Option<(Status, Cursor)>,
    status_check: Interval,
    _listener: Listener,
}

enum Pending {
    Retry,
    Message(Arc<Shown>),
    Wall(Arc<Snapshot>),
    Config(Arc<Snapshot>, PostingState),
    Status(Arc<Snapshot>, Status, String),
}

impl Feed {
    fn new(app: Shared, cursor: Option<Cursor>) -> Self {
        let mut snapshots = app.follow.subscribe();
        snapshots.mark_changed();
        let _listener = app.follow.listen();
        Self {
            app,
            snapshots,
            pending: VecDeque::from([Pending::Retry]),
            told: cursor,
            edition: None,
            told_config: None,
            told_status: None,
            status_check: interval(STATUS),
            _listener,
        }
    }

    /// The next event; nothing when there will be none.
    async fn next(mut self) -> Option<(Result<Event, axum::Error>, Self)> {
        loop {
            if let Some(pending) = self.pending.pop_front() {
                let event = pending.event();
                if let Err(error) = &event {
                    tracing::error!(%error, "event_failed");
                }
                return Some((event, self));
            }
            let ticked = tokio::select! {
                changed = self.snapshots.changed() => {
                    changed.ok()?;
                    false
                }
                _ = self.status_check.tick() => true,
            };
            let snapshot = self.app.follow.snapshot();
            // Before the first look nobody knows what a browser that comes back has missed: what it shows is better.
            if !matches!(snapshot.volume, VolumeHealth::Waiting(_)) || self.told.is_none() {
                self.tell_messages(&snapshot);
                self.tell_config(&snapshot);
            }
            self.tell_status(&snapshot, ticked);
        }
    }

    fn tell_messages(&mut self, snapshot: &Arc<Snapshot>) {
        let same_edition = self.edition.is_none_or(|edition| edition == snapshot.edition);
        let missed = self.told.filter(|_| same_edition).and_then(|told| snapshot.missed(told));
        match missed.filter(|missed| missed.len() <= TOO_FAR) {
            Some(missed) => self.pending.extend(missed.iter().cloned().map(Pending::Message)),
            None => self.pending.push_back(Pending::Wall(Arc::clone(snapshot))),
        }
        (self.told, self.edition) = (Some(snapshot.cursor), Some(snapshot.edition));
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

/// What a `config` event says.
#[derive(Serialize)]
struct ConfigEvent<'a> {
    #[serde(flatten)]
    running: Running<'a>,
    posting: PostingState,
    html: String,
}

/// What a `status` event says.
#[derive(Serialize)]
struct StatusEvent {
    #[serde(flatten)]
    status: Status,
    html: String,
}

impl Pending {
    /// Only events that tell of messages have an id: it is what the browser has seen of the wall.
    fn event(self) -> Result<Event, axum::Error> {
        match self {
            Self::Retry => Ok(Event::default().retry(RETRY)),
            Self::Message(shown) => {
                let message = Message::told(&shown, shown.html().map_err(axum::Error::new)?);
                Event::default().event("message").id(shown.ends.to_string()).json_data(message)
            }
            Self::Wall(snapshot) => {
                let page = snapshot.newest(PAGE_MESSAGES);
                let html = page::messages_page(&snapshot, &page).map_err(axum::Error::new)?;
                let wall = Wall::new(&snapshot, page).with_html(html);
                Event::default().event("wall").id(snapshot.cursor.to_string()).json_data(wall)
            }
            Self::Config(snapshot, posting) => {
                let html = page::config_fragments(&snapshot, posting).map_err(axum::Error::new)?;
                let config = ConfigEvent { running: Running::from(&*snapshot), posting, html };
                Event::default().event("config").json_data(config)
            }
            Self::Status(snapshot, status, watching) => {
                let html = page::status_fragments(&snapshot, status.streams, &watching).map_err(axum::Error::new)?;
                Event::default().event("status").json_data(StatusEvent { status, html })
            }
        }
    }
}
