//! A wall with its writers, readers, browsers and other programs, and the model.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use shared_volume::config::in_force;
use shared_volume::wall::{EntryKind, Tail, WallWriter, newest};
use shared_volume::{Volume, WallDir};
use tempfile::TempDir;

use crate::action::{Action, BROWSERS, READERS, WRITERS};
use crate::crash::Late;
use crate::foreign::{Opened, Stands};
use crate::model::{Fate, Line, Model, marks};
use crate::readers::{Browser, Reader};

pub(crate) struct World {
    pub(crate) wall: WallDir,
    pub(crate) writers: Vec<WallWriter>,
    pub(crate) readers: Vec<Reader>,
    pub(crate) browsers: Vec<Browser>,
    /// Logs that another program has open.
    pub(crate) opened: Vec<Opened>,
    pub(crate) late: Option<Late>,
    pub(crate) model: Model,
    /// True if another program has edited the log in place. Only a read from the beginning finds this.
    pub(crate) edited: bool,
    /// The number of rewrites of the log that make readers start over.
    pub(crate) rewritten: u64,
    _root: TempDir,
}

/// Runs a sequence.
///
/// # Errors
/// Returns the first difference from the model, with the action after which it was found.
pub(crate) fn run(seed: u64, actions: &[Action]) -> Result<(), String> {
    let mut world = World::new(seed);
    let last = Action::Post { writer: 0, count: 1, keyed: true };
    let end = [last.clone(), Action::WaitAMinute, last];
    for (number, action) in actions.iter().chain(&end).enumerate() {
        let done = world.step(action).and_then(|()| world.check());
        done.map_err(|problem| format!("action {number} {action:?}: {problem}"))?;
    }
    if world.model.fates.values().any(|fate| *fate == Fate::Unfinished) {
        return Err(format!("at the end a line is unfinished still: {:?}", world.model.fates));
    }
    for reader in 0..READERS {
        world.step(&Action::Read { reader }).map_err(|problem| format!("at the end: {problem}"))?;
    }
    Ok(())
}

impl World {
    fn new(seed: u64) -> Self {
        let root = root(seed);
        let wall = Volume::new(root.path()).wall(None);
        let follow = |number| Reader::new(&wall, number % 2 == 0);
        Self {
            writers: (0..WRITERS).map(|_| WallWriter::new(wall.clone())).collect(),
            readers: (0..READERS).map(follow).collect(),
            browsers: (0..BROWSERS).map(|_| Browser::default()).collect(),
            opened: Vec::new(),
            late: None,
            model: Model::new(),
            edited: false,
            rewritten: 0,
            wall,
            _root: root,
        }
    }

    fn step(&mut self, action: &Action) -> Result<(), String> {
        match *action {
            Action::Post { writer, count, keyed } => self.post(writer, count, keyed),
            Action::Retry { writer, pick, how } => self.retry(writer, pick, how),
            Action::Remove { writer, pick, keyed } => self.remove(writer, pick, keyed),
            Action::Clear { writer, keyed } => self.clear(writer, keyed),
            Action::Configure { writer, keep, keyed, late } => self.configure(writer, keep, keyed, late),
            Action::Restore { writer, pick } => self.restore(writer, pick),
            Action::Append { file, what, seed } => self.append(file, what, seed),
            Action::Delete { keep_open } => self.delete(keep_open),
            Action::Recreate => self.recreate(),
            Action::Truncate => self.truncate(),
            Action::Edit { pick, how } => self.edit(pick, how),
            Action::Die { cut, count } => self.die(cut, count),
            Action::ArriveLate => self.arrive_late(),
            Action::DieReplacing { clear } => self.die_replacing(clear),
            Action::LeaveTemporary => self.leave_temporary(),
            Action::LeaveHistory => self.leave_history(),
            Action::WaitAMinute => self.wait_a_minute(),
            Action::NewWriter { writer } => {
                self.writers[writer] = WallWriter::new(self.wall.clone());
                Ok(())
            }
            Action::NewReader { reader, always_verifies } => {
                self.readers[reader] = Reader::new(&self.wall, always_verifies);
                Ok(())
            }
            Action::Read { reader } => self.read(reader),
            Action::Connect { browser, reader } => self.connect(browser, reader),
        }
    }

    /// Compares the files on the volume with the model.
    fn check(&mut self) -> Result<(), String> {
        let current: Vec<bool> = self.opened.iter().map(|opened| opened.stands == Stands::Current).collect();
        self.note_replaced();
        let fresh = self.fresh();
        self.model.check(&fresh)?;
        let shown: Vec<String> = fresh.iter().flat_map(|(_, text)| marks(text)).collect();
        for (opened, was_current) in self.opened.iter_mut().zip(current) {
            opened.unfinished.retain(|mark| !shown.contains(mark));
            // A writer has completed the line, and compaction has dropped it at once.
            let dropped = opened.finished_by_a_writer(was_current && fresh.len() >= self.model.keep);
            dropped.iter().for_each(|mark| self.model.set(mark, Fate::Retired));
        }
        let found = in_force(&self.wall).unwrap();
        let config = &found.published.config;
        let published = (config.title.to_string(), config.keep_messages.get(), found.published.generation);
        if published != (self.model.title.clone(), self.model.keep, self.model.generation) || found.fault.is_some() {
            return Err(format!("the configuration in force is {found:?}"));
        }
        Ok(())
    }

    /// Returns the messages that a new reader shows.
    pub(crate) fn fresh(&self) -> Vec<Line> {
        let newest = newest(&self.wall, usize::MAX).unwrap();

        newest.entries.iter().map(|entry| (entry.id(), text_of(&entry.kind))).collect()
    }

    pub(crate) fn content(&self) -> Vec<u8> {
        fs_err::read(self.wall.content()).unwrap_or_default()
    }
}

pub(crate) fn text_of(kind: &EntryKind) -> String {
    match kind {
        EntryKind::Message(message) => message.text.clone(),
        EntryKind::Plain { text, .. } => text.clone(),
        EntryKind::Removal(removal) => removal.removes.clone(),
        EntryKind::Label(label) => label.labels.clone(),
    }
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

/// Creates a temporary directory: usually in memory, which is faster, and for every eighth seed on disk, where inodes are
/// reused.
fn root(seed: u64) -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let in_memory = (!seed.is_multiple_of(8)).then(|| tempfile::tempdir_in(memory).ok()).flatten();
    in_memory.unwrap_or_else(|| tempfile::tempdir().unwrap())
}

/// Returns a reader of the log. With `always_verifies`, each read starts at its beginning.
pub(crate) fn tail(wall: &WallDir, always_verifies: bool) -> Tail {
    let tail = Tail::new(wall.clone());
    if always_verifies { tail.verify_after(Duration::ZERO) } else { tail }
}
