//! The messages, as the log is followed.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use shared_volume::wall::{Added, Cursor, Entry, Said, Tail};
use shared_volume::{WallDir, time};

use crate::metrics::Journey;
use crate::snapshot::{NO_WALL, Shown};

/// As many as a configuration can keep; should it keep more from now on, they are here.
const MOST_KEPT: usize = 10_000;

/// What was read of the log.
#[derive(Debug)]
pub(super) struct Messages {
    tail: Tail,
    kept: VecDeque<Arc<Shown>>,
    pub(super) cursor: Cursor,
    pub(super) damaged_lines: u64,
    /// Goes up when what was read before does not stand in the log any more, though the wall is the same.
    pub(super) edition: u64,
    journey: Journey,
    /// The log as it was read, until [`Messages::close`].
    open: Option<File>,
}

impl Messages {
    pub(super) fn new(wall: WallDir, journey: Journey) -> Self {
        let tail = Tail::new(wall);
        Self { tail, kept: VecDeque::new(), cursor: NO_WALL, damaged_lines: 0, edition: 0, journey, open: None }
    }

    /// The newest `count`, oldest first.
    pub(super) fn newest(&self, count: usize) -> Vec<Arc<Shown>> {
        self.kept.iter().skip(self.kept.len().saturating_sub(count)).cloned().collect()
    }

    /// Reads what was added. Whether anything was. `live` says that it was not there before the reader started.
    pub(super) fn read(&mut self, live: bool) -> io::Result<bool> {
        let Some(added) = self.tail.read()? else { return Ok(false) };
        let seen = live.then(time::now);
        let stored = added.modified.filter(|_| live).and_then(|time| Timestamp::try_from(time).ok());
        let Added { restarted, entries, damaged_lines, cursor, open, .. } = added;
        self.open = open;
        let mut before = if restarted { self.forget(cursor) } else { HashMap::new() };
        for entry in entries {
            let Some(new) = shown(entry, cursor, stored, seen) else { continue };
            let known = before.remove(&new.starts.position).filter(|known| is_same(known, &new));
            self.kept.push_back(known.unwrap_or_else(|| {
                self.journey.observe(&new);
                Arc::new(new)
            }));
        }
        let oldest = self.kept.front().map_or(cursor.position, |shown| shown.starts.position);
        if before.keys().any(|position| *position >= oldest) {
            self.edition += 1;
        }
        self.kept.drain(..self.kept.len().saturating_sub(MOST_KEPT));
        self.damaged_lines = damaged_lines;
        self.cursor = cursor;
        Ok(true)
    }

    /// Closes what was read, which is a round trip on a network mount: not before what is new was published.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Starts over. What was there of the same wall is handed back by position, as it may be found again.
    fn forget(&mut self, now: Cursor) -> HashMap<u64, Arc<Shown>> {
        self.damaged_lines = 0;
        let before = std::mem::take(&mut self.kept);
        let same_wall = before.into_iter().filter(|shown| shown.ends.wall == now.wall);
        same_wall.map(|shown| (shown.starts.position, shown)).collect()
    }
}

fn is_same(known: &Shown, new: &Shown) -> bool {
    known.id == new.id && known.ends == new.ends && known.text == new.text
}

fn shown(entry: Entry, wall: Cursor, stored: Option<Timestamp>, seen: Option<Timestamp>) -> Option<Shown> {
    let starts = Cursor { wall: wall.wall, position: entry.span.start, edition: 0 };
    let (ends, rendered) = (entry.end(wall.wall), OnceLock::new());
    let id = entry.id(wall.wall);
    Some(match entry.said {
        Said::Removal(_) => return None,
        Said::Message(message) => Shown {
            id: message.id.to_string(),
            starts,
            ends,
            author: message.author,
            text: message.text,
            plain: false,
            received: Some(message.received),
            at: Some(message.at),
            stored,
            seen,
            rendered,
        },
        Said::Plain { text, .. } => Shown {
            id,
            starts,
            ends,
            author: None,
            text,
            plain: true,
            received: None,
            at: None,
            stored,
            seen,
            rendered,
        },
    })
}
