//! A snapshot with everything that was encoded of it. Each part is encoded once, when the first client needs it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wall_api::PAGE_MESSAGES;

use super::entry;
use super::features::Features;
use super::html::Html;
use super::json::MessageJson;
use super::kept::{Kept, Recent};
use super::messages_text::MessagesText;
use super::piece::Piece;
use super::text::Text;
use super::wall_text::WallText;
use crate::follow::{ConfigChange, Message, Snapshot, VolumeHealth};

/// The view of the newest snapshot.
#[derive(Debug)]
pub(crate) struct Views(Mutex<Arc<View>>, Features);

/// A snapshot, and what was encoded of it.
#[derive(Debug)]
pub(crate) struct View {
    /// The snapshot, with the parts that everybody may see.
    pub(crate) snapshot: Arc<Snapshot>,
    /// The snapshot itself.
    whole: Arc<Snapshot>,
    pub(crate) features: Features,
    /// The newest messages, oldest first.
    newest: Vec<Arc<RenderedMessage>>,
    /// The latest changes of the configuration, oldest first.
    pub(crate) changes: Vec<Arc<RenderedChange>>,
    /// The `config` event.
    pub(super) config_event: OnceLock<Piece>,
    /// The `wall` event.
    pub(super) wall_event: OnceLock<Arc<Text>>,
    /// The newest page, which also shows the time.
    pub(crate) page: Recent<WallText>,
    /// The newest messages as JSON, by their largest number.
    pub(super) messages: Kept<Arc<MessagesText>>,
    /// The events about items, by their place, unless they are kept with a message.
    pub(super) item_events: Kept<Piece>,
}

/// A message, and its encodings.
#[derive(Debug)]
pub(crate) struct RenderedMessage {
    pub(crate) message: Arc<Message>,
    features: Features,
    json: OnceLock<Piece>,
    html: OnceLock<Html>,
    /// The `message` event.
    pub(super) event: OnceLock<Piece>,
}

/// A change of the configuration, and its HTML.
#[derive(Debug)]
pub(crate) struct RenderedChange {
    pub(crate) change: Arc<ConfigChange>,
    html: OnceLock<Html>,
}

impl Views {
    /// Creates the view of the first snapshot.
    pub(crate) fn new(snapshot: Arc<Snapshot>, features: Features) -> Self {
        Self(Mutex::new(Arc::new(View::new(snapshot, features, &[], &[]))), features)
    }

    /// Returns the parts of the wall that the settings turn on.
    pub(crate) fn features(&self) -> Features {
        self.1
    }

    /// Returns the view of `snapshot`. What it has in common with the newest view is not encoded again.
    pub(crate) fn of(&self, snapshot: Arc<Snapshot>) -> Arc<View> {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_same(&newest.whole, &snapshot) {
            return Arc::clone(&newest);
        }
        let view = Arc::new(View::new(snapshot, self.1, &newest.newest, &newest.changes));
        // A request may still hold an older snapshot.
        if view.snapshot.number >= newest.snapshot.number {
            *newest = Arc::clone(&view);
        }
        view
    }
}

impl View {
    fn new(
        whole: Arc<Snapshot>,
        features: Features,
        messages: &[Arc<RenderedMessage>],
        changes: &[Arc<RenderedChange>],
    ) -> Self {
        let snapshot = Arc::new(whole.for_strangers(features.details));
        // Encodings are kept for the newest page only: for all messages they would take several times the memory of the
        // messages.
        let newest = snapshot.newest(PAGE_MESSAGES).messages.iter();
        let newest = newest.map(|message| rendered(messages, message, features)).collect();
        let known =
            |change: &Arc<ConfigChange>| changes.iter().find(|known| Arc::ptr_eq(&known.change, change)).cloned();
        let new = |change: &Arc<ConfigChange>| RenderedChange { change: Arc::clone(change), html: OnceLock::new() };
        let changes = snapshot.changes.iter();
        let changes = changes.map(|change| known(change).unwrap_or_else(|| Arc::new(new(change)))).collect();
        let (config_event, wall_event, page, messages, item_events) = Default::default();
        Self { snapshot, whole, features, newest, changes, config_event, wall_event, page, messages, item_events }
    }

    /// Returns a message of this snapshot with its encodings, which are kept if it is one of the newest.
    pub(crate) fn message(&self, message: &Arc<Message>) -> Arc<RenderedMessage> {
        rendered(&self.newest, message, self.features)
    }

    /// Returns a message with its encodings if it is one of the newest.
    pub(super) fn newest(&self, message: &Arc<Message>) -> Option<Arc<RenderedMessage>> {
        find(&self.newest, message)
    }
}

/// Finds `message` among `known`, or begins to encode it.
fn rendered(known: &[Arc<RenderedMessage>], message: &Arc<Message>, features: Features) -> Arc<RenderedMessage> {
    find(known, message).unwrap_or_else(|| {
        let (json, html, event) = Default::default();
        Arc::new(RenderedMessage { message: Arc::clone(message), features, json, html, event })
    })
}

/// Finds `message` among `known`, which are sorted.
fn find(known: &[Arc<RenderedMessage>], message: &Arc<Message>) -> Option<Arc<RenderedMessage>> {
    let place = known.partition_point(|known| known.message.ends.position < message.ends.position);
    known.get(place).filter(|known| Arc::ptr_eq(&known.message, message)).cloned()
}

/// Returns true if both show the same. While the volume is silent each request has a snapshot of its own, in which only the
/// health of the volume is not that of the published one.
fn is_same(one: &Arc<Snapshot>, other: &Arc<Snapshot>) -> bool {
    let is_same_health = || match (&one.volume, &other.volume) {
        (VolumeHealth::Failing { reason, .. }, VolumeHealth::Failing { reason: other, .. }) => reason == other,
        (one, other) => one == other,
    };
    Arc::ptr_eq(one, other) || (one.number == other.number && is_same_health())
}

impl RenderedMessage {
    /// Returns the list item of the page.
    ///
    /// # Errors
    /// Returns an error if the template fails.
    pub(crate) fn html(&self) -> Result<Html, askama::Error> {
        get_or_make(&self.html, || Ok(entry::message(&self.message, self.features)?.into()))
    }

    /// Returns the JSON object.
    ///
    /// # Errors
    /// Returns an error if the message cannot be written as JSON.
    pub(crate) fn json(&self) -> Result<Piece, askama::Error> {
        get_or_make(&self.json, || {
            let json = serde_json::to_vec(&MessageJson::from(&*self.message)).map_err(askama::Error::custom)?;
            Ok(json.into())
        })
    }
}

impl RenderedChange {
    /// Returns the list item of the page.
    ///
    /// # Errors
    /// Returns an error if the template fails.
    pub(crate) fn html(&self) -> Result<Html, askama::Error> {
        get_or_make(&self.html, || Ok(entry::config_change(&self.change)?.into()))
    }
}

/// Returns what is in the cell. If it is empty, it is made.
pub(super) fn get_or_make<T: Clone>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, askama::Error>,
) -> Result<T, askama::Error> {
    match cell.get() {
        Some(made) => Ok(made.clone()),
        None => make().map(|made| cell.get_or_init(|| made).clone()),
    }
}
