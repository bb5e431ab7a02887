//! A snapshot with everything that was encoded of it. Each part is encoded once, when the first client needs it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use wall_api::PAGE_MESSAGES;

use super::entry;
use super::features::Features;
use super::html::Html;
use super::json::MessageJson;
use crate::follow::{ConfigChange, Message, Snapshot};

/// The view of the newest snapshot.
#[derive(Debug)]
pub(crate) struct Views(Mutex<Arc<View>>, Features);

/// A snapshot, and what was encoded of it.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) features: Features,
    /// The newest messages, oldest first.
    newest: Vec<Arc<RenderedMessage>>,
    /// The latest changes of the configuration, oldest first.
    pub(crate) changes: Vec<Arc<RenderedChange>>,
    /// The `config` event.
    pub(crate) config_event: OnceLock<Bytes>,
}

/// A message, and its encodings.
#[derive(Debug)]
pub(crate) struct RenderedMessage {
    pub(crate) message: Arc<Message>,
    features: Features,
    /// The JSON object with a comma in front.
    next_json: OnceLock<Bytes>,
    html: OnceLock<Html>,
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

    /// Returns the view of `snapshot`. What it has in common with the newest view is not encoded again.
    pub(crate) fn of(&self, snapshot: Arc<Snapshot>) -> Arc<View> {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&newest.snapshot, &snapshot) {
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
        snapshot: Arc<Snapshot>,
        features: Features,
        messages: &[Arc<RenderedMessage>],
        changes: &[Arc<RenderedChange>],
    ) -> Self {
        // Encodings are kept for the newest page only: for all messages they would take several times the memory of the
        // messages.
        let newest = snapshot.newest(PAGE_MESSAGES).messages.iter();
        let newest = newest.map(|message| rendered(messages, message, features)).collect();
        let known =
            |change: &Arc<ConfigChange>| changes.iter().find(|known| Arc::ptr_eq(&known.change, change)).cloned();
        let new = |change: &Arc<ConfigChange>| RenderedChange { change: Arc::clone(change), html: OnceLock::new() };
        let changes = snapshot.changes.iter();
        let changes = changes.map(|change| known(change).unwrap_or_else(|| Arc::new(new(change)))).collect();
        Self { snapshot, features, newest, changes, config_event: OnceLock::new() }
    }

    /// Returns a message of this snapshot with its encodings, which are kept if it is one of the newest.
    pub(crate) fn message(&self, message: &Arc<Message>) -> Arc<RenderedMessage> {
        rendered(&self.newest, message, self.features)
    }
}

/// Finds `message` among `known`, which are sorted, or begins to encode it.
fn rendered(known: &[Arc<RenderedMessage>], message: &Arc<Message>, features: Features) -> Arc<RenderedMessage> {
    let place = known.partition_point(|known| known.message.ends.position < message.ends.position);
    let found = known.get(place).filter(|known| Arc::ptr_eq(&known.message, message)).cloned();
    let (next_json, html) = (OnceLock::new(), OnceLock::new());
    found.unwrap_or_else(|| Arc::new(RenderedMessage { message: Arc::clone(message), features, next_json, html }))
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
    pub(crate) fn json(&self) -> Result<Bytes, askama::Error> {
        Ok(self.next_json()?.slice(1..))
    }

    /// Returns a comma and the JSON object, as in a list after another object.
    ///
    /// # Errors
    /// Returns an error if the message cannot be written as JSON.
    pub(crate) fn next_json(&self) -> Result<Bytes, askama::Error> {
        get_or_make(&self.next_json, || {
            let mut json = vec![b','];
            serde_json::to_writer(&mut json, &MessageJson::from(&*self.message)).map_err(askama::Error::custom)?;
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

fn get_or_make<T: Clone>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, askama::Error>,
) -> Result<T, askama::Error> {
    match cell.get() {
        Some(made) => Ok(made.clone()),
        None => make().map(|made| cell.get_or_init(|| made).clone()),
    }
}
