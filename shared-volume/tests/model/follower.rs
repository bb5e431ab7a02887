//! A task that follows the wall, and a browser that comes and goes.

use std::time::Duration;

use shared_volume::wall::{Cursor, Entry, Said, Tail};
use shared_volume::{WallDir, wall};

use crate::model::Expected;

/// The text of an entry that is a message.
fn text(entry: &Entry) -> Option<String> {
    match &entry.said {
        Said::Message(message) => Some(message.text.clone()),
        Said::Plain { text, .. } => Some(text.clone()),
        Said::Removal(_) => None,
    }
}

/// What a fresh reader shows.
pub(crate) fn fresh(wall: &WallDir) -> Vec<Expected> {
    let newest = wall::newest(wall, usize::MAX).unwrap();
    newest.entries.iter().map(|entry| Expected { id: entry.id(), text: text(entry).unwrap() }).collect()
}

/// A task's state: every entry with the cursor behind it.
pub(crate) struct Follower {
    tail: Tail,
    entries: Vec<(Cursor, Entry)>,
    first: Cursor,
    cursor: Cursor,
    /// Looks after every step; else now and then.
    pub(crate) is_eager: bool,
}

impl Follower {
    pub(crate) fn new(wall: WallDir, is_eager: bool) -> Self {
        // What is edited in place at the moment of an append is noticed at once, and not only after 5 s.
        let tail = Tail::new(wall).verify_after(Duration::ZERO);
        Self { tail, entries: Vec::new(), first: Cursor::NO_WALL, cursor: Cursor::NO_WALL, is_eager }
    }

    /// Reads until nothing is new: what was edited in place together with an append is noticed by the second look.
    pub(crate) fn read(&mut self) {
        while self.read_once() {}
    }

    fn read_once(&mut self) -> bool {
        let Some(added) = self.tail.read().unwrap() else { return false };
        if added.restarted {
            self.entries.clear();
        }
        let wall = added.cursor.wall;
        self.entries.extend(added.entries.into_iter().map(|entry| (entry.end(wall), entry)));
        self.entries.retain(|(_, entry)| entry.span.end > added.first.position);
        (self.first, self.cursor) = (added.first, added.cursor);
        true
    }

    pub(crate) fn shown(&self) -> Vec<Expected> {
        let mut shown = Vec::new();
        for (_, entry) in &self.entries {
            apply(&mut shown, entry);
        }
        shown
    }
}

fn apply(shown: &mut Vec<Expected>, entry: &Entry) {
    match &entry.said {
        Said::Removal(removal) => shown.retain(|message| message.id != removal.removes),
        _ => shown.push(Expected { id: entry.id(), text: text(entry).unwrap_or_default() }),
    }
}

/// A browser that remembers what it shows and up to where that goes.
#[derive(Default)]
pub(crate) struct Browser {
    shown: Vec<Expected>,
    cursor: Option<Cursor>,
}

impl Browser {
    /// Comes back to a task: gets exactly what it missed, or starts over.
    pub(crate) fn reconnect(&mut self, task: &Follower) {
        let place = self.cursor.and_then(|cursor| {
            let behind = task.entries.iter().position(|(end, _)| *end == cursor).map(|at| at + 1);
            behind.or((cursor == task.first).then_some(0))
        });
        if place.is_none() {
            self.shown.clear();
        }
        for (_, entry) in &task.entries[place.unwrap_or(0)..] {
            apply(&mut self.shown, entry);
        }
        self.cursor = Some(task.cursor);
    }

    /// It may show messages that compaction has dropped meanwhile, and nothing else too much.
    pub(crate) fn check(&self, task: &Follower) {
        let shown = task.shown();
        assert!(self.shown.ends_with(&shown), "a browser shows {:?}, its task {shown:?}", self.shown);
    }
}
