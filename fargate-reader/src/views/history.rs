//! The history of the configuration: the entries of a page of it, and their JSON.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use shared_volume::config::{Cause, FieldChange};
use shared_volume::time::optional_millis;

use crate::follow::{Generation, History, Kept, RefusedEvent};

/// The number of entries on a page.
pub(crate) const PAGE_ENTRIES: usize = 20;

/// The size of the JSON of a page, in bytes, after which no further entry is added.
const PAGE_BYTES: usize = 1024 * 1024;

/// An entry of the history.
#[derive(Debug)]
pub(super) enum Entry {
    /// A configuration.
    Good(Change),
    /// A file that contains no configuration of this generation.
    Damaged(u64),
}

/// A configuration, beside the one before it.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) after: Arc<Generation>,
    /// The configuration before; `None` if it is not kept any more.
    pub(super) before: Option<Arc<Generation>>,
    pub(super) in_force: bool,
    /// True if a person has edited `config.json`.
    pub(super) by_hand: bool,
}

/// A page of entries, newest first.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// The generation before which the next page ends; `None` if this is the last one.
    pub(super) older: Option<u64>,
}

impl Change {
    /// Returns the fields that differ; none if the configuration before is not known.
    pub(super) fn changes(&self) -> Vec<FieldChange> {
        self.before.as_ref().map(|before| self.after.fields.changes_since(&before.fields)).unwrap_or_default()
    }
}

impl Page {
    /// Returns the newest entries, at most `limit`; with `before` only those of lower generations.
    pub(super) fn new(history: &History, before: Option<u64>, limit: usize) -> Self {
        let end =
            before.map_or(history.kept.len(), |before| history.kept.partition_point(|kept| kept.generation() < before));
        let by_hand = history.by_hand.as_ref().filter(|_| before.is_none()).map(|by_hand| {
            let own = history.get(by_hand.generation).filter(|own| !Arc::ptr_eq(own, by_hand));
            let before = own.or_else(|| history.below(by_hand.generation));
            Entry::Good(Change { after: Arc::clone(by_hand), before, in_force: true, by_hand: true })
        });
        let first = end.saturating_sub(limit.saturating_sub(by_hand.iter().len()));
        let kept = history.kept[first..end].iter().rev().map(|kept| entry(history, kept));
        let entries: Vec<_> = by_hand.into_iter().chain(kept).collect();
        let older = history.kept.get(first).filter(|_| first > 0).map(Kept::generation);
        Self { entries, older }
    }
}

fn entry(history: &History, kept: &Kept) -> Entry {
    let Kept::Good(after) = kept else { return Entry::Damaged(kept.generation()) };
    let in_force = history.by_hand.is_none() && after.generation == history.running.generation;
    let before = history.below(after.generation);
    Entry::Good(Change { after: Arc::clone(after), before, in_force, by_hand: false })
}

/// An entry, in JSON.
#[derive(Debug, Serialize)]
struct EntryJson<'a> {
    generation: u64,
    #[serde(serialize_with = "optional_millis::serialize")]
    published_at: Option<Timestamp>,
    cause: Option<&'a Cause>,
    in_force: bool,
    by_hand: bool,
    /// True if the file is damaged.
    damaged: bool,
    /// The generation with which it is compared.
    compared_with: Option<u64>,
    changes: Vec<FieldChange>,
}

impl Entry {
    fn json(&self) -> serde_json::Result<Box<RawValue>> {
        let json = match self {
            Self::Damaged(generation) => EntryJson {
                generation: *generation,
                published_at: None,
                cause: None,
                in_force: false,
                by_hand: false,
                damaged: true,
                compared_with: None,
                changes: Vec::new(),
            },
            Self::Good(change) => EntryJson {
                generation: change.after.generation,
                published_at: change.after.published_at,
                cause: Some(&change.after.cause),
                in_force: change.in_force,
                by_hand: change.by_hand,
                damaged: false,
                compared_with: change.before.as_ref().map(|before| before.generation),
                changes: change.changes(),
            },
        };
        to_raw_value(&json)
    }

    fn generation(&self) -> u64 {
        match self {
            Self::Damaged(generation) => *generation,
            Self::Good(change) => change.after.generation,
        }
    }
}

/// A page of the history, in JSON.
#[derive(Debug, Serialize)]
struct PageJson {
    history: Vec<Box<RawValue>>,
    /// The value of `before` that requests the next page.
    older: Option<u64>,
    /// False while older generations are still being read.
    complete: bool,
}

/// Returns a page of the history in JSON: at most `limit` entries and, unless one is larger, about 1 MiB.
///
/// # Errors
/// If it cannot be written as JSON.
pub(crate) fn history_json(history: &History, before: Option<u64>, limit: usize) -> serde_json::Result<String> {
    let Page { entries, mut older } = Page::new(history, before, limit);
    let (mut written, mut length) = (Vec::new(), 0);
    for entry in &entries {
        if length > PAGE_BYTES {
            older = written.last().map(|(generation, _)| *generation);
            break;
        }
        let json = entry.json()?;
        length += json.get().len();
        written.push((entry.generation(), json));
    }
    let written: Vec<_> = written.into_iter().map(|(_, json)| json).collect();
    serde_json::to_string(&PageJson { history: written, older, complete: history.is_complete })
}

/// Returns the difference between two configurations in JSON.
pub(crate) fn diff_json(from: &Generation, to: &Generation) -> Value {
    let changes = to.fields.changes_since(&from.fields);
    json!({ "from": from.generation, "to": to.generation, "changes": changes })
}

/// A refused event, in JSON.
#[derive(Debug, Serialize)]
pub(crate) struct RefusedJson<'a> {
    file: &'a str,
    #[serde(serialize_with = "optional_millis::serialize")]
    at: Option<Timestamp>,
    error: &'a str,
    message: &'a str,
    event: &'a Value,
}

impl<'a> From<&'a RefusedEvent> for RefusedJson<'a> {
    fn from(refused: &'a RefusedEvent) -> Self {
        let RefusedEvent { file, at, error, message, event } = refused;
        Self { file, at: *at, error, message, event }
    }
}
