//! The messages, as read from the log.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::WallDir;
use shared_volume::wall::{self, Added, Cursor, Entry, Tail};

use super::journey::Journey;
use super::open_files::OpenFiles;
use super::pass::Pass;
use super::snapshot::{Item, ItemKind, Message};

/// The largest number of messages that are kept in memory: as many as a configuration can keep, so that they are there
/// if it keeps more from now on.
const MAX_KEPT: usize = 10_000;

/// The newest items of the log, kept in memory.
#[derive(Debug)]
pub(super) struct Messages {
    tail: Tail,
    kept: VecDeque<Arc<Item>>,
    /// The number of messages among them.
    messages: usize,
    /// The beginning of the first of them.
    begins: Cursor,
    pub(super) cursor: Cursor,
    pub(super) damaged_lines: u64,
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
            messages: 0,
            begins: Cursor::NO_WALL,
            cursor: Cursor::NO_WALL,
            damaged_lines: 0,
            journey,
        }
    }

    /// Returns the newest `count` messages, and the items since the oldest of them.
    pub(super) fn newest(&self, count: usize) -> Newest {
        let mut messages: Vec<_> = self.kept.iter().rev().filter_map(|item| item.message()).take(count).collect();
        messages.reverse();
        // If all messages are taken, so are the items before them.
        let first = messages.first().filter(|_| messages.len() < self.messages);
        let from = first.map_or(0, |first| self.place(first.ends));
        let begins = from.checked_sub(1).map_or(self.begins, |before| self.kept[before].ends);
        let messages = messages.into_iter().cloned().collect();
        Newest { begins, items: self.kept.range(from..).cloned().collect(), messages }
    }

    /// Reads the entries that were added to the log. Returns true if there were any.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub(super) fn read(&mut self, pass: Pass, open: &mut OpenFiles) -> io::Result<bool> {
        let Some(added) = self.tail.read()? else { return Ok(false) };
        let seen = pass.seen();
        let stored = added.modified.filter(|_| pass == Pass::Later).and_then(|time| Timestamp::try_from(time).ok());
        let Added { restarted, entries, first, damaged_lines, cursor, open: file, .. } = added;
        open.keep(file);
        // More was added than one read returns: what was read before is not connected to it.
        let missed = self.cursor.wall == first.wall && self.cursor.position < first.position;
        let before = if restarted || missed { self.forget(first) } else { HashMap::new() };
        let removed = removals(&entries);
        self.take_off(&removed);
        self.add(entries.into_iter().map(|entry| Item::new(entry, cursor.wall, stored, seen)), &removed, before);
        self.drop_compacted(first);
        self.drop_oldest();
        (self.damaged_lines, self.cursor) = (damaged_lines, cursor);
        Ok(true)
    }

    /// Adds new items. `removed` maps the ids that they remove to the index of the removal, `before` contains the
    /// messages that were known before a restart.
    fn add(
        &mut self,
        items: impl Iterator<Item = Item>,
        removed: &HashMap<String, usize>,
        mut before: HashMap<String, Arc<Message>>,
    ) {
        for (at, mut new) in items.enumerate() {
            match &mut new.kind {
                // Posted and removed within one read.
                ItemKind::Message(message) if removed.get(&message.id).is_some_and(|gone| at < *gone) => {
                    new.kind = ItemKind::Removed;
                }
                ItemKind::Message(message) => {
                    self.messages += 1;
                    match before.remove(&message.id).filter(|known| known.text == message.text) {
                        // The message was known: it keeps its times, at a place that may be another one.
                        Some(known) => *message = Arc::new(Message { ends: message.ends, ..Message::clone(&known) }),
                        None => self.journey.observe(message),
                    }
                }
                ItemKind::Removal(_) | ItemKind::Removed => {}
            }
            self.kept.push_back(Arc::new(new));
        }
    }

    /// Takes these messages off, with every copy of them: a copy of the log may have been put back.
    fn take_off(&mut self, removed: &HashMap<String, usize>) {
        if removed.is_empty() {
            return;
        }
        for item in &mut self.kept {
            if item.message().is_some_and(|message| removed.contains_key(&message.id)) {
                // The place stays: a stream may come back with the cursor behind it.
                *item = Arc::new(Item { ends: item.ends, kind: ItemKind::Removed });
                self.messages -= 1;
            }
        }
    }

    /// Starts over at `first`. Returns the messages that were known, by id: the log may contain them again.
    fn forget(&mut self, first: Cursor) -> HashMap<String, Arc<Message>> {
        self.begins = first;
        self.messages = 0;
        let before = std::mem::take(&mut self.kept);
        before.iter().filter_map(|item| item.message()).map(|known| (known.id.clone(), Arc::clone(known))).collect()
    }

    /// Drops the items that a compaction took out of the log: a task that starts now does not show them either.
    fn drop_compacted(&mut self, first: Cursor) {
        while self.kept.front().is_some_and(|item| item.ends.position <= first.position) {
            if let Some(gone) = self.kept.pop_front() {
                self.messages -= usize::from(gone.message().is_some());
                self.begins = first;
            }
        }
    }

    fn drop_oldest(&mut self) {
        while self.messages > MAX_KEPT || self.kept.len() > 2 * MAX_KEPT {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.messages -= usize::from(oldest.message().is_some());
            self.begins = oldest.ends;
        }
    }

    /// Returns the index of the item that ends at this cursor.
    fn place(&self, ends: Cursor) -> usize {
        self.kept.partition_point(|item| item.ends.position < ends.position)
    }
}

/// Returns the ids of the messages that these entries remove, each with the index of its last removal.
fn removals(entries: &[Entry]) -> HashMap<String, usize> {
    let removes = |(at, entry): (usize, &Entry)| match &entry.said {
        wall::Said::Removal(removal) => Some((removal.removes.clone(), at)),
        _ => None,
    };
    entries.iter().enumerate().filter_map(removes).collect()
}
