//! The messages of a wall in memory, as a writer follows them.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::ops::Range;

use ulid::Ulid;

use super::entry::{Entry, EntryKind};
use super::file::LogFile;
use super::tail::{Added, Tail};
use crate::cursor::Cursor;
use crate::message::Message;
use crate::retries::{Applied, EventKey, Kind, payload};
use crate::state::Recorded;
use crate::volume::WallDir;

/// The time after which a changed log is read again from its beginning. A writer needs this only to find edits by hand.
const VERIFY_AFTER: std::time::Duration = std::time::Duration::from_secs(60);

/// The newest messages of a wall.
#[derive(Debug, Clone)]
pub struct Newest {
    /// The cursor after the last entry, or [`Cursor::NO_WALL`] if the log is missing.
    pub cursor: Cursor,
    /// The messages, oldest first.
    pub entries: Vec<Entry>,
    /// The cursor after the older messages that are not in `entries`. `None` if there are none.
    pub older: Option<Cursor>,
}

/// Returns the newest `limit` messages of `wall`, oldest first. A missing log is an empty wall.
///
/// # Errors
/// Returns an error if the log or its directory cannot be read.
pub fn newest(wall: &WallDir, limit: usize) -> io::Result<Newest> {
    let mut view = View::new(wall.clone());
    view.read()?;
    Ok(view.newest(limit))
}

/// The content of the log at the last read.
#[derive(Debug)]
pub(crate) struct View {
    pub(super) tail: Tail,
    /// The entries of the log, as many as [`Tail`] returns.
    entries: VecDeque<Entry>,
    /// The messages that were not removed: their ids, with the position of the line that is shown. If the log has copies of
    /// a line, this is the first one.
    visible: HashMap<String, u64>,
    /// The messages that were removed: their ids, with the position of the last removal record.
    removed: HashMap<String, u64>,
    /// The messages whose picture has classes: their ids, with the position of the label record.
    labelled: HashMap<String, u64>,
    /// The events that are not stored in `retries/`, with the position after their record.
    events: HashMap<EventKey, (u64, Applied)>,
    /// The place up to which events were removed from `events`.
    forgotten: Option<Recorded>,
    /// The cursor before the first entry.
    first: Cursor,
    pub(super) cursor: Cursor,
}

impl View {
    pub(crate) fn new(wall: WallDir) -> Self {
        Self {
            tail: Tail::new(wall).verify_after(VERIFY_AFTER),
            entries: VecDeque::new(),
            visible: HashMap::new(),
            removed: HashMap::new(),
            labelled: HashMap::new(),
            events: HashMap::new(),
            forgotten: None,
            first: Cursor::NO_WALL,
            cursor: Cursor::NO_WALL,
        }
    }

    /// Reads the lines that were added.
    pub(super) fn read(&mut self) -> io::Result<()> {
        let added = self.tail.read()?;
        self.apply(added);
        Ok(())
    }

    /// Reads the log from its beginning, to find changes within it.
    pub(super) fn verify(&mut self) -> io::Result<()> {
        let added = self.tail.verify()?;
        self.apply(added);
        Ok(())
    }

    /// Reads the lines that were added to a log that is already open.
    pub(super) fn read_file(&mut self, file: Option<LogFile>) -> io::Result<()> {
        let added = self.tail.read_file(file)?;
        self.apply(added);
        Ok(())
    }

    fn apply(&mut self, added: Option<Added>) {
        let Some(added) = added else { return };
        if added.restarted {
            self.entries.clear();
            self.visible.clear();
            self.removed.clear();
            self.labelled.clear();
            self.events.clear();
            self.forgotten = None;
        }
        (self.first, self.cursor) = (added.first, added.cursor);
        for entry in added.entries {
            self.events.extend(event_of(&entry));
            let (id, at) = (entry.id(), entry.span.start);
            match &entry.kind {
                EntryKind::Removal(_) => {
                    self.visible.remove(&id);
                    self.removed.insert(id, at);
                }
                EntryKind::Label(label) if label.findings.fault.is_none() => drop(self.labelled.insert(id, at)),
                EntryKind::Message(_) | EntryKind::Plain { .. } if !self.removed.contains_key(&id) => {
                    self.visible.entry(id).or_insert(at);
                }
                EntryKind::Label(_) | EntryKind::Message(_) | EntryKind::Plain { .. } => {}
            }
            self.entries.push_back(entry);
        }
        while let Some(gone) = self.entries.pop_front_if(|entry| entry.span.start < self.first.position) {
            let ids = match gone.kind {
                EntryKind::Removal(_) => &mut self.removed,
                EntryKind::Label(_) => &mut self.labelled,
                EntryKind::Message(_) | EntryKind::Plain { .. } => &mut self.visible,
            };
            let id = gone.id();
            if ids.get(&id) == Some(&gone.span.start) {
                ids.remove(&id);
            }
        }
    }

    /// Returns true if this message is on the wall.
    pub(super) fn has(&self, id: &str) -> bool {
        self.visible.contains_key(id)
    }

    /// Returns the message record on the wall with this id. `None` also if the id is that of a plain line.
    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        let at = self.visible.get(id)?;
        let place = self.entries.partition_point(|entry| entry.span.start < *at);
        match &self.entries.get(place)?.kind {
            EntryKind::Message(message) => Some(message),
            _ => None,
        }
    }

    /// Returns true if the picture of this message has classes.
    pub(super) fn is_labelled(&self, id: &str) -> bool {
        self.labelled.contains_key(id)
    }

    /// Returns true if the log has a removal record of this message.
    pub(super) fn has_removed(&self, id: &str) -> bool {
        self.removed.contains_key(id)
    }

    /// Returns the number of messages on the wall.
    pub(super) fn count(&self) -> usize {
        self.visible.len()
    }

    /// Returns the newest `limit` messages, oldest first.
    pub(super) fn newest(&self, limit: usize) -> Newest {
        let mut shown = self.shown();
        let mut entries: Vec<Entry> = shown.by_ref().take(limit).map(|(_, entry)| entry.clone()).collect();
        let older = shown.next().map(|(_, entry)| entry.end(self.cursor.wall));
        entries.reverse();
        Newest { cursor: self.cursor, entries, older }
    }

    /// Returns the cursor before the first entry.
    pub(super) fn first(&self) -> Cursor {
        self.first
    }

    /// Returns the entries of the messages on the wall, and the removals and labels of message records, oldest first.
    pub(super) fn messages_and_additions(&self) -> impl Iterator<Item = &Entry> {
        let is_about_record = |entry: &Entry| !entry.is_message() && entry.id().parse::<Ulid>().is_ok();
        self.entries.iter().filter(move |entry| self.shows(entry) || is_about_record(entry))
    }

    fn shows(&self, entry: &Entry) -> bool {
        entry.is_message() && self.visible.get(&entry.id()) == Some(&entry.span.start)
    }

    /// Returns the positions of the lines after the cursor `from` that are copies of messages before it, which may be on the
    /// wall or removed. Without the lines before `from`, the copies would be shown as messages.
    pub(super) fn copies_behind(&self, from: Cursor) -> impl Iterator<Item = Range<u64>> {
        let before = move |at: Option<&u64>| at.is_some_and(|at| *at < from.position);
        let is_copy = move |id: &str| before(self.visible.get(id)) || before(self.removed.get(id));
        let after = self.entries.iter().filter(move |entry| entry.span.start >= from.position && entry.is_message());
        after.filter(move |entry| is_copy(&entry.id())).map(|entry| entry.span.clone())
    }

    /// Returns the cursor before the newest `count` messages, or before as many of them as are in the last `bytes` of the log.
    pub(super) fn cursor_before_newest(&self, count: usize, bytes: u64) -> Cursor {
        let fits = |entry: &Entry| self.cursor.position - entry.span.start <= bytes;
        let oldest = self.shown().take(count).take_while(|(_, entry)| fits(entry)).last();
        match oldest {
            None => self.cursor,
            Some((0, _)) => self.first,
            Some((at, _)) => self.entries[at - 1].end(self.cursor.wall),
        }
    }

    /// Returns the messages on the wall with their indices in `entries`, newest first.
    fn shown(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().rev().filter(|(_, entry)| self.shows(entry))
    }

    /// Forgets the events before the recorded position, which are stored in `retries/`.
    pub(super) fn forget_recorded(&mut self, recorded: Option<Recorded>) {
        let Some(recorded) = recorded.filter(|recorded| self.is_valid(recorded)) else { return };
        if self.forgotten.replace(recorded) == Some(recorded) {
            return;
        }
        self.events.retain(|_, (position, _)| *position > recorded.position);
    }

    /// Returns the length of the log, in bytes, whose events are not stored in `retries/`.
    pub(super) fn unrecorded_bytes(&self, recorded: Option<Recorded>) -> u64 {
        let from = recorded
            .filter(|recorded| self.is_valid(recorded))
            .map_or(self.first.position, |recorded| recorded.position);
        self.cursor.position.saturating_sub(from)
    }

    /// Returns true if the log has this place. Returns false if another program has deleted and recreated the log, or if the
    /// log was edited by hand before the place.
    fn is_valid(&self, recorded: &Recorded) -> bool {
        let behind = self.entries.partition_point(|entry| entry.span.end <= recorded.position);
        let before = behind.checked_sub(1).and_then(|at| self.entries.get(at));
        Recorded::from(before.map_or(self.first, |entry| entry.end(self.cursor.wall))) == *recorded
    }

    /// Looks up an event that is not stored in `retries/`.
    pub(super) fn event(&self, key: EventKey) -> Option<Applied> {
        self.events.get(&key).map(|(_, applied)| *applied)
    }

    /// Returns all events that are not stored in `retries/`.
    pub(super) fn events(&self) -> Vec<(EventKey, Applied)> {
        self.events.iter().map(|(key, (_, applied))| (*key, *applied)).collect()
    }
}

/// Returns the event of an entry, with the position after the entry. `None` if the event cannot be repeated.
fn event_of(entry: &Entry) -> Option<(EventKey, (u64, Applied))> {
    let (event, applied) = match &entry.kind {
        EntryKind::Message(message) => (message.event.as_ref()?, posted(message)),
        EntryKind::Removal(removal) => {
            let payload = payload::removal(&removal.removes);
            (
                removal.event.as_ref()?,
                Applied { kind: Kind::Removal, payload, result: 0, received: removal.at, at: removal.at },
            )
        }
        EntryKind::Label(label) => {
            let payload = payload::label(&label.labels);
            (&label.event, Applied { kind: Kind::Label, payload, result: 0, received: label.at, at: label.at })
        }
        EntryKind::Plain { .. } => return None,
    };
    Some((EventKey::of(event), (entry.span.end, applied)))
}

fn posted(message: &Message) -> Applied {
    let picture = message.picture.map(String::from);
    Applied {
        kind: Kind::Post,
        payload: payload::post(message.author.as_deref(), &message.text, picture.as_deref()),
        result: message.id.0,
        received: message.received,
        at: message.at,
    }
}
