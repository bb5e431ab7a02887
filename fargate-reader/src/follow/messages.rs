//! The messages, as read from the log.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::message::{Label, Picture};
use shared_volume::wall::{self, Added, Cursor, Entry, Tail};
use shared_volume::{WallDir, time};

use super::journey::Journey;
use super::open_files::OpenFiles;
use super::pass::Pass;
use super::snapshot::{Item, ItemKind, KnownPictures, Message, Read};

/// The largest number of messages that are kept in memory: as many as a configuration can keep, so that they are there
/// if it keeps more from now on.
const MAX_KEPT: usize = 10_000;

/// The largest number of items that are kept in memory: each message with a label, and room for removals.
const MAX_ITEMS: usize = 3 * MAX_KEPT;

/// The newest items of the log, kept in memory.
#[derive(Debug)]
pub(super) struct Messages {
    tail: Tail,
    kept: VecDeque<Arc<Item>>,
    /// The ids of the messages among them.
    ids: HashSet<String>,
    /// The ids of removed messages, each with the position after its last removal record.
    removed: HashMap<String, u64>,
    /// The pictures of removed messages, by the ids of the messages.
    removed_pictures: HashMap<String, Picture>,
    /// The cursor before the first item.
    begins: Cursor,
    pub(super) cursor: Cursor,
    pub(super) damaged_lines: u64,
    /// The begin of the last look at the log.
    looked: Option<Timestamp>,
    journey: Journey,
}

/// The newest items, oldest first.
pub(super) struct Newest {
    pub(super) begins: Cursor,
    pub(super) items: Vec<Arc<Item>>,
    pub(super) messages: Vec<Arc<Message>>,
}

impl Messages {
    pub(super) fn new(wall: WallDir, journey: Journey) -> Self {
        Self {
            tail: Tail::new(wall),
            kept: VecDeque::new(),
            ids: HashSet::new(),
            removed: HashMap::new(),
            removed_pictures: HashMap::new(),
            begins: Cursor::NO_WALL,
            cursor: Cursor::NO_WALL,
            damaged_lines: 0,
            looked: None,
            journey,
        }
    }

    /// Returns the newest `count` messages, and the items since the oldest of them.
    pub(super) fn newest(&self, count: usize) -> Newest {
        let mut messages: Vec<_> = self.kept.iter().rev().filter_map(|item| item.message()).take(count).collect();
        messages.reverse();
        // If all messages are taken, so are the items before them.
        let first = messages.first().filter(|_| messages.len() < self.ids.len());
        let from = first.map_or(0, |first| self.place(first.ends));
        let begins = from.checked_sub(1).map_or(self.begins, |before| self.kept[before].ends);
        let messages = messages.into_iter().cloned().collect();
        Newest { begins, items: self.kept.range(from..).cloned().collect(), messages }
    }

    /// Returns the pictures of the messages in memory.
    pub(super) fn pictures(&self) -> KnownPictures {
        let used = self.kept.iter().filter_map(|item| item.message()?.picture).collect();
        KnownPictures { used, removed: self.removed_pictures.values().copied().collect() }
    }

    /// Reads the entries that were added to the log. Returns true if there were any.
    ///
    /// # Errors
    /// Returns an error if the log cannot be read.
    pub(super) fn read(&mut self, pass: Pass, open: &mut OpenFiles) -> io::Result<bool> {
        let looked = time::now();
        let added = self.tail.read()?;
        let looked_before = self.looked.replace(looked);
        let Some(added) = added else { return Ok(false) };
        let seen = pass.seen();
        let stored = added.modified.filter(|_| pass == Pass::Later).and_then(|time| Timestamp::try_from(time).ok());
        let Added { restarted, entries, first, damaged_lines, cursor, open: file, .. } = added;
        open.keep(file);
        // More was added than one read returns, so there is a gap after the entries that were read before.
        let missed = self.cursor.wall == first.wall && self.cursor.position < first.position;
        let before = if restarted || missed { self.forget(first) } else { HashMap::new() };
        self.take_off(&entries);
        let (rewritten, last) = (!before.is_empty(), entries.len().saturating_sub(1));
        let new_since = looked_before.filter(|_| restarted);
        let items = entries.into_iter().enumerate().map(|(index, entry)| {
            Item::new(entry, cursor.wall, Read { stored, seen, new_since, rewritten, followed: index < last })
        });
        self.add(items, before);
        self.drop_compacted(first);
        self.drop_oldest();
        (self.damaged_lines, self.cursor) = (damaged_lines, cursor);
        Ok(true)
    }

    /// Adds new items. `before` contains the messages that were known before a restart.
    fn add(&mut self, items: impl Iterator<Item = Item>, mut before: HashMap<String, Arc<Message>>) {
        for mut new in items {
            match &mut new.kind {
                // The message was posted and removed within one read, or the line is a copy of a removed record.
                ItemKind::Message(message)
                    if self.removed.contains_key(&message.id) || self.ids.contains(&message.id) =>
                {
                    if self.removed.contains_key(&message.id) {
                        self.removed_pictures.extend(message.picture.map(|picture| (message.id.clone(), picture)));
                    }
                    new.kind = ItemKind::Removed;
                }
                ItemKind::Message(message) => {
                    self.ids.insert(message.id.clone());
                    match before.remove(&message.id).filter(|known| known.text == message.text) {
                        // The message was known and keeps its times. Its place may be a new one.
                        Some(known) => {
                            *message = Arc::new(Message { ends: message.ends, label: None, ..Message::clone(&known) });
                        }
                        None => self.journey.observe(message),
                    }
                }
                ItemKind::Label(label) => {
                    if !self.label(&Arc::clone(label)) {
                        new.kind = ItemKind::Removed;
                    }
                }
                ItemKind::Removal(_) | ItemKind::Removed => {}
            }
            self.kept.push_back(Arc::new(new));
        }
    }

    /// Adds a label to its message. Returns false if the message is not shown.
    fn label(&mut self, label: &Arc<Label>) -> bool {
        if !self.ids.contains(&label.labels) {
            return false;
        }
        // A label follows its message soon.
        for item in self.kept.iter_mut().rev() {
            if let ItemKind::Message(message) = &item.kind
                && message.id == label.labels
            {
                let labelled = Message { label: Some(Arc::clone(label)), ..Message::clone(message) };
                *item = Arc::new(Item { ends: item.ends, kind: ItemKind::Message(Arc::new(labelled)) });
                return true;
            }
        }
        false
    }

    /// Removes the messages that these entries remove.
    fn take_off(&mut self, entries: &[Entry]) {
        let known = self.removed.len();
        for entry in entries {
            if let wall::EntryKind::Removal(removal) = &entry.kind {
                self.ids.remove(&removal.removes);
                self.removed.insert(removal.removes.clone(), entry.span.end);
            }
        }
        if self.removed.len() == known {
            return;
        }
        for item in &mut self.kept {
            let about = match &item.kind {
                ItemKind::Message(message) => &message.id,
                ItemKind::Label(label) => &label.labels,
                ItemKind::Removal(_) | ItemKind::Removed => continue,
            };
            if self.removed.contains_key(about) {
                if let ItemKind::Message(message) = &item.kind {
                    self.removed_pictures.extend(message.picture.map(|picture| (message.id.clone(), picture)));
                }
                // The item keeps its place, because a stream may reconnect with the cursor after it.
                *item = Arc::new(Item { ends: item.ends, kind: ItemKind::Removed });
            }
        }
    }

    /// Starts over at `first`. Returns the messages that were known, by id: the log may contain them again.
    fn forget(&mut self, first: Cursor) -> HashMap<String, Arc<Message>> {
        self.begins = first;
        self.ids.clear();
        self.removed.clear();
        self.removed_pictures.clear();
        let before = std::mem::take(&mut self.kept);
        before.iter().filter_map(|item| item.message()).map(|known| (known.id.clone(), Arc::clone(known))).collect()
    }

    /// Drops the items that a compaction dropped from the log, so that this task shows the same messages as a new one.
    fn drop_compacted(&mut self, first: Cursor) {
        while self.kept.front().is_some_and(|item| item.ends.position <= first.position) {
            self.drop_first();
            self.begins = first;
        }
    }

    fn drop_oldest(&mut self) {
        while self.ids.len() > MAX_KEPT || self.kept.len() > MAX_ITEMS {
            let Some(ends) = self.drop_first() else { return };
            self.begins = ends;
        }
    }

    /// Drops the first item. Returns the cursor after it.
    fn drop_first(&mut self) -> Option<Cursor> {
        let gone = self.kept.pop_front()?;
        match &gone.kind {
            ItemKind::Message(message) => drop(self.ids.remove(&message.id)),
            ItemKind::Removal(id) if self.removed.get(&**id) == Some(&gone.ends.position) => {
                self.removed.remove(&**id);
                self.removed_pictures.remove(&**id);
            }
            ItemKind::Removal(_) | ItemKind::Label(_) | ItemKind::Removed => {}
        }
        Some(gone.ends)
    }

    /// Returns the index of the item that ends at this cursor.
    fn place(&self, ends: Cursor) -> usize {
        self.kept.partition_point(|item| item.ends.position < ends.position)
    }
}
