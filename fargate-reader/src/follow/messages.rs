//! The messages, as the log is followed.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::wall::{self, Added, Cursor, Entry, Tail};
use shared_volume::{WallDir, time};

use super::item::item;
use crate::metrics::Journey;
use crate::snapshot::{Encoded, Item, PAGE_MESSAGES, Said, Shown};

/// As many as a configuration can keep; should it keep more from now on, they are here.
const MOST_KEPT: usize = 10_000;

/// What was read of the log.
#[derive(Debug)]
pub(super) struct Messages {
    tail: Tail,
    kept: VecDeque<Arc<Item>>,
    /// The ids of those that are messages.
    ids: HashSet<String>,
    /// The ids of the messages that are taken off, each with the position behind the last entry that says so.
    removed: HashMap<String, u64>,
    /// Where the first of them begins.
    begins: Cursor,
    pub(super) cursor: Cursor,
    pub(super) damaged_lines: u64,
    journey: Journey,
    /// The log as it was read, until [`Messages::close`].
    open: Option<File>,
}

/// The newest of what was read, oldest first.
pub(super) struct Newest {
    pub(super) begins: Cursor,
    pub(super) items: Vec<Arc<Item>>,
    pub(super) messages: Vec<Arc<Shown>>,
}

impl Messages {
    pub(super) fn new(wall: WallDir, journey: Journey) -> Self {
        let (tail, kept, open) = (Tail::new(wall), VecDeque::new(), None);
        Self {
            tail,
            kept,
            ids: HashSet::new(),
            removed: HashMap::new(),
            begins: Cursor::NO_WALL,
            cursor: Cursor::NO_WALL,
            damaged_lines: 0,
            journey,
            open,
        }
    }

    /// The newest `count` messages, and what was said since the oldest of them.
    pub(super) fn newest(&self, count: usize) -> Newest {
        let mut messages: Vec<_> =
            self.kept.iter().rev().filter_map(|item| message(item)).take(count).cloned().collect();
        messages.reverse();
        // With all messages goes what stands before them.
        let first = messages.first().filter(|_| messages.len() < self.ids.len());
        let from = first.map_or(0, |first| self.place(first.ends));
        let begins = from.checked_sub(1).map_or(self.begins, |before| self.kept[before].ends);
        Newest { begins, items: self.kept.range(from..).cloned().collect(), messages }
    }

    /// Reads what was added. Whether anything was. `live` says that it was not there before the reader started.
    pub(super) fn read(&mut self, live: bool) -> io::Result<bool> {
        let Some(added) = self.tail.read()? else { return Ok(false) };
        let seen = live.then(time::now);
        let stored = added.modified.filter(|_| live).and_then(|time| Timestamp::try_from(time).ok());
        let Added { restarted, entries, first, damaged_lines, cursor, open, .. } = added;
        self.open = open;
        // More was added than is read at once: what was read before has no connection to it.
        let missed = self.cursor.wall == first.wall && self.cursor.position < first.position;
        let before = if restarted || missed { self.forget(first) } else { HashMap::new() };
        self.take_off(&entries);
        self.add(entries.into_iter().map(|entry| item(entry, cursor.wall, stored, seen)), before);
        self.drop_gone(first);
        self.drop_oldest();
        self.keep_encoded();
        (self.damaged_lines, self.cursor) = (damaged_lines, cursor);
        Ok(true)
    }

    /// Adds what is new. `before` are the messages that were known before.
    fn add(&mut self, items: impl Iterator<Item = Item>, mut before: HashMap<String, Arc<Shown>>) {
        for mut new in items {
            match &mut new.said {
                // It came and went at once, or somebody has put a copy of the log back.
                Said::Message(shown) if self.removed.contains_key(&shown.id) || self.ids.contains(&shown.id) => {
                    new.said = Said::Nothing;
                }
                Said::Message(shown) => {
                    self.ids.insert(shown.id.clone());
                    match before.remove(&shown.id).filter(|known| known.text == shown.text) {
                        // It is where it was, or somewhere else; it came when it came.
                        Some(known) => *shown = Arc::new(Shown { ends: shown.ends, ..Shown::clone(&known) }),
                        None => self.journey.observe(shown),
                    }
                }
                Said::Removal(_) | Said::Nothing => {}
            }
            self.kept.push_back(Arc::new(new));
        }
    }

    /// Closes what was read, which is a round trip on a network mount: not before what is new was published.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Takes the messages off that these entries remove.
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
            if message(item).is_some_and(|shown| self.removed.contains_key(&shown.id)) {
                // Whoever has seen it, and nothing since, is told from here.
                *item = Arc::new(Item { ends: item.ends, said: Said::Nothing });
            }
        }
    }

    /// Starts over. The messages that were there are handed back by id, as they may be found again.
    fn forget(&mut self, first: Cursor) -> HashMap<String, Arc<Shown>> {
        self.begins = first;
        self.ids.clear();
        self.removed.clear();
        let before = std::mem::take(&mut self.kept);
        before.iter().filter_map(|item| message(item)).map(|shown| (shown.id.clone(), Arc::clone(shown))).collect()
    }

    /// Drops what compaction has taken out of the log: a task that starts now does not show it either.
    fn drop_gone(&mut self, first: Cursor) {
        while self.kept.front().is_some_and(|item| item.ends.position <= first.position) {
            self.drop_first();
            self.begins = first;
        }
    }

    fn drop_oldest(&mut self) {
        while self.ids.len() > MOST_KEPT || self.kept.len() > 2 * MOST_KEPT {
            let Some(ends) = self.drop_first() else { return };
            self.begins = ends;
        }
    }

    /// Drops the first item; where it ended.
    fn drop_first(&mut self) -> Option<Cursor> {
        let gone = self.kept.pop_front()?;
        match &gone.said {
            Said::Message(shown) => drop(self.ids.remove(&shown.id)),
            Said::Removal(id) if self.removed.get(&**id) == Some(&gone.ends.position) => {
                self.removed.remove(&**id);
            }
            Said::Removal(_) | Said::Nothing => {}
        }
        Some(gone.ends)
    }

    /// Sees to it that the messages of the newest page keep what is sent of them, and no others.
    fn keep_encoded(&mut self) {
        let messages = self.kept.iter_mut().rev().filter(|item| message(item).is_some());
        for (index, item) in messages.enumerate() {
            let Some(shown) = message(item) else { continue };
            let keeps = index < PAGE_MESSAGES;
            match (shown.encoded.is_some(), keeps) {
                (true, true) => {}
                // Those before it keep nothing either.
                (false, false) => break,
                _ => {
                    let encoded = keeps.then(Encoded::default);
                    let said = Said::Message(Arc::new(Shown { encoded, ..Shown::clone(shown) }));
                    *item = Arc::new(Item { ends: item.ends, said });
                }
            }
        }
    }

    /// The index of the item that ends there.
    fn place(&self, ends: Cursor) -> usize {
        self.kept.partition_point(|item| item.ends.position < ends.position)
    }
}

fn message(item: &Item) -> Option<&Arc<Shown>> {
    match &item.said {
        Said::Message(shown) => Some(shown),
        _ => None,
    }
}
