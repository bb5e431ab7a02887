//! Readers that follow the log, and browsers that reconnect.

use shared_volume::WallDir;
use shared_volume::wall::{Cursor, Entry, EntryKind, Tail, newest};

use crate::model::{Fate, Line, marks, shortened};
use crate::world::{World, tail, text_of};

pub(crate) struct Reader {
    tail: Tail,
    always_verifies: bool,
    entries: Vec<Entry>,
    first: Cursor,
    cursor: Cursor,
    rewritten: u64,
    /// True if the reader may not have noticed an edit in place.
    pub(crate) stale: bool,
}

/// The messages that a browser shows, and the cursor at which it was cut off.
#[derive(Default)]
pub(crate) struct Browser {
    shows: Vec<Line>,
    cursor: Option<Cursor>,
}

impl Reader {
    pub(crate) fn new(wall: &WallDir, always_verifies: bool) -> Self {
        let (first, cursor) = (Cursor::NO_WALL, Cursor::NO_WALL);
        let tail = tail(wall, always_verifies);
        Self { tail, always_verifies, entries: Vec::new(), first, cursor, rewritten: 0, stale: false }
    }

    /// Reads the entries that were added. Returns true if the reader started over.
    fn read(&mut self) -> bool {
        let mut restarted = false;
        // A read that finds added entries does not find an edit in place. The next read does.
        for _ in 0..=usize::from(self.always_verifies) {
            let Some(added) = self.tail.read().unwrap() else { continue };
            if added.restarted {
                self.entries.clear();
                (restarted, self.stale) = (true, false);
            }
            self.entries.extend(added.entries);
            (self.first, self.cursor) = (added.first, added.cursor);
            self.entries.retain(|entry| entry.span.start >= added.first.position);
        }
        self.stale &= !self.always_verifies;
        restarted
    }

    fn shows(&self) -> Vec<Line> {
        let mut shown = Vec::new();
        self.entries.iter().for_each(|entry| show(&mut shown, entry));
        shown
    }
}

fn show(shown: &mut Vec<Line>, entry: &Entry) {
    match &entry.kind {
        EntryKind::Label(_) => {}
        EntryKind::Removal(removal) => shown.retain(|(id, _)| *id != removal.removes),
        other => shown.push((entry.id(), text_of(other))),
    }
}

impl World {
    pub(crate) fn read(&mut self, reader: usize) -> Result<(), String> {
        let (fresh, cursor) = (self.fresh(), newest(&self.wall, 1).unwrap().cursor);
        let follower = &mut self.readers[reader];
        let before = follower.shows();
        let restarted = follower.read();
        if follower.stale {
            return Ok(());
        }
        let shows = follower.shows();
        if shows != fresh {
            return Err(format!(
                "reader {reader} shows\n  {}, a fresh one\n  {}",
                shortened(&shows),
                shortened(&fresh)
            ));
        }
        // If a writer has not noticed an edit, its compaction changes the edition.
        if follower.cursor != cursor && !self.edited {
            return Err(format!("reader {reader} is at {}, a fresh one at {cursor}", follower.cursor));
        }
        let goes_on = follower.rewritten == self.rewritten && before.iter().any(|line| fresh.contains(line));
        if restarted && goes_on && !self.edited {
            return Err(format!("reader {reader} started over without need"));
        }
        follower.rewritten = self.rewritten;
        Ok(())
    }

    /// Reconnects a browser, which gets the messages that it has missed, or all messages.
    pub(crate) fn connect(&mut self, browser: usize, reader: usize) -> Result<(), String> {
        self.read(reader)?;
        let (follower, browser) = (&self.readers[reader], &mut self.browsers[browser]);
        let (first, wall) = (follower.first, follower.cursor.wall);
        let at = browser.cursor.and_then(|cursor| {
            let behind = follower.entries.iter().rposition(|entry| entry.end(wall) == cursor).map(|at| at + 1);
            behind.or((cursor == first).then_some(0))
        });
        match at {
            Some(at) => follower.entries[at..].iter().for_each(|entry| show(&mut browser.shows, entry)),
            None => browser.shows = follower.shows(),
        }
        browser.cursor = Some(follower.cursor);
        let shows = follower.shows();
        let Some(older) = browser.shows.strip_suffix(&shows[..]) else {
            return Err(format!(
                "the browser shows\n  {}, its reader\n  {}",
                shortened(&browser.shows),
                shortened(&shows)
            ));
        };
        let old = older.iter().flat_map(|(_, text)| marks(text));
        let wrong = old.filter(|mark| self.model.fate(mark) != Fate::Retired).collect::<Vec<_>>();
        if wrong.is_empty() || follower.stale { Ok(()) } else { Err(format!("the browser still shows {wrong:?}")) }
    }
}
