//! Walls in different states before a change, and the view of a reader.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use shared_volume::config::{self, Cause, Request};
use shared_volume::message::Draft;
use shared_volume::wall::{Entry, EntryKind, Tail, WallWriter, newest};
use shared_volume::{Volume, WallDir, time};
use tempfile::TempDir;
use tests::{Change, Changed};

use crate::seen::FileSeen;

/// The state of a wall before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// A wall without files.
    Empty,
    /// Messages, a plain line, a configuration.
    Used,
    /// A plain line without its end.
    UnfinishedLine,
    /// The next message makes the log too long.
    TooLongSoon,
    /// Another program has appended a line to a log that was replaced.
    LateLine,
    /// After the next message, events move to `retries/`.
    ManyEvents,
}

impl Start {
    pub(crate) const ALL: [Self; 6] =
        [Self::Empty, Self::Used, Self::UnfinishedLine, Self::TooLongSoon, Self::LateLine, Self::ManyEvents];
}

/// A wall with a reader, an earlier change and another program.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) dir: WallDir,
    pub(crate) start: Start,
    /// A change that was made earlier. Its retry must change nothing.
    pub(crate) earlier: Option<Change>,
    /// A reader that has read the whole log.
    pub(crate) follower: Follower,
    /// True if the log that the other program has open may be deleted.
    pub(crate) loses_old_log: bool,
    /// The log as another program keeps it open.
    foreign: Option<File>,
    root: TempDir,
}

impl Scene {
    pub(crate) fn new(start: Start) -> Result<Self> {
        let root = TempDir::with_prefix("wall-")?;
        let dir = Volume::new(root.path()).wall(None);
        let follower = Follower::new(&dir);
        let mut scene = Self { dir, start, earlier: None, follower, foreign: None, loses_old_log: false, root };
        scene.set().with_context(|| format!("{start:?}"))?;
        scene.follower.read()?;
        Ok(scene)
    }

    fn set(&mut self) -> Result<()> {
        if self.start == Start::Empty {
            return Ok(());
        }
        let keep = if self.start == Start::TooLongSoon { 2 } else { 1000 };
        let patch = json!({ "title": "before", "keep_messages": keep, "max_message_chars": 4000 });
        let request =
            Request { change: config::Change::Patch(patch), expected_generation: None, cause: Cause::default() };
        self.writer().publish(request, soon())?;
        let texts = match self.start {
            Start::ManyEvents => (0..32).map(|number| long_text(&format!("long {number}"))).collect(),
            _ => ["one", "two", "three", "four"].map(str::to_owned).to_vec(),
        };
        let drafts: Vec<Draft> = texts.into_iter().enumerate().map(|(number, text)| draft(number, text)).collect();
        self.writer().append(&drafts, soon())?;
        let first = &drafts[0];
        self.earlier =
            Some(Change::Post { text: first.text.clone(), event: first.event.clone().context("it has an event")? });
        self.foreign = Some(fs_err::OpenOptions::new().append(true).open(self.dir.content())?.into_file());
        if !matches!(self.start, Start::TooLongSoon | Start::ManyEvents) {
            self.foreign_writes("plain\n")?;
        }
        match self.start {
            Start::UnfinishedLine => self.foreign_writes("unfinished"),
            Start::LateLine => {
                self.make(&Change::Clear { event: "test:clear".to_owned() })?;
                self.make(&post("after", "test:after"))?;
                self.foreign_writes("late\n")
            }
            _ => Ok(()),
        }
    }

    /// Returns a new writer, as a new process has it.
    pub(crate) fn writer(&self) -> WallWriter {
        WallWriter::new(Volume::new(self.root.path()).wall(None))
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Makes a change. Returns true if an earlier try had made it.
    pub(crate) fn make(&self, change: &Change) -> Result<bool> {
        match change.make(&mut self.writer()) {
            Changed::Made { repeated, warning: None } => Ok(repeated),
            other => anyhow::bail!("{change:?}: {other:?}"),
        }
    }

    /// Lets the other program end its line, or append one, in the file that it has open.
    pub(crate) fn foreign_goes_on(&mut self) -> Result<()> {
        self.foreign_writes(if self.start == Start::UnfinishedLine { " line\n" } else { "goodbye\n" })
    }

    /// Lets the other program append to the file that it has open.
    pub(crate) fn foreign_writes(&mut self, text: &str) -> Result<()> {
        Ok(self.foreign.as_mut().map_or(Ok(()), |file| file.write_all(text.as_bytes()))?)
    }

    /// Returns the id of the message that a test removes.
    pub(crate) fn a_message(&self) -> Result<String> {
        let newest = newest(&self.dir, 1000)?;
        let message = newest.entries.iter().rev().find(|entry| matches!(entry.kind, EntryKind::Message(_)));
        Ok(message.context("no message")?.id())
    }

    /// Returns the number of logs in `trash/`.
    pub(crate) fn names_in_trash(&self) -> Result<usize> {
        Ok(self.writer().trash()?.len())
    }

    /// Returns the files that no writer may leave behind: temporary files, and second names of a log.
    pub(crate) fn leftovers(&self) -> Result<Vec<String>> {
        let mut left = Vec::new();
        let mut directories = vec![self.root.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs_err::read_dir(directory)? {
                let (path, name) = {
                    let entry = entry?;
                    (entry.path(), entry.file_name().to_string_lossy().into_owned())
                };
                if path.is_dir() {
                    directories.push(path);
                } else if name.ends_with(".tmp") || path.symlink_metadata()?.nlink() > 1 {
                    left.push(name);
                }
            }
        }
        Ok(left)
    }
}

pub(crate) fn post(text: &str, event: &str) -> Change {
    Change::Post { text: text.to_owned(), event: event.to_owned() }
}

/// Returns a text of 3900 bytes.
pub(crate) fn long_text(beginning: &str) -> String {
    format!("{beginning:.<3900}")
}

fn draft(number: usize, text: String) -> Draft {
    Draft {
        author: Some("ann".to_owned()),
        text,
        picture: None,
        event: Some(format!("test:{number}")),
        received: time::now(),
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

/// The state of a wall, as a new reader sees it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) ours: Vec<String>,
    pub(crate) foreign: Vec<String>,
    pub(crate) title: String,
    pub(crate) fault: Option<String>,
    /// Generation and title.
    pub(crate) history: Vec<(u64, String)>,
    pub(crate) generation: u64,
    pub(crate) file: FileSeen,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        let short =
            |texts: &[String]| texts.iter().map(|text| text.chars().take(12).collect()).collect::<Vec<String>>();
        write!(text, "ours {:?}, foreign {:?}, ", short(&self.ours), short(&self.foreign))?;
        write!(text, "title {:?} of {} ({:?}), ", self.title, self.generation, self.fault)?;
        write!(text, "history {:?}, {:?}", self.history, self.file)?;
        f.write_str(&text)
    }
}

impl State {
    pub(crate) fn read(dir: &WallDir) -> Result<Self> {
        let in_force = config::in_force(dir)?;
        let entries = newest(dir, in_force.published.config.keep_messages.get())?.entries;
        let (ours, foreign) = texts(&entries);
        let history = config::history(dir, 100)?;
        let titles = history.iter().map(|published| (published.generation, title(published)));
        Ok(Self {
            ours,
            foreign,
            title: title(&in_force.published),
            fault: in_force.fault.map(|fault| fault.to_string()),
            history: titles.collect(),
            generation: in_force.published.generation,
            file: FileSeen::read(dir)?,
        })
    }

    /// Returns an error unless this is `old` or `new`. Lines of another program may still be missing.
    pub(crate) fn is_either(&self, old: &Self, new: &Self) -> Result<()> {
        let messages = |state: &Self| self.ours == state.ours;
        ensure!(messages(old) || messages(new), "{self:?}\n is neither {old:?}\n nor {new:?}");
        let config = |state: &Self| self.title == state.title;
        ensure!(config(old) || config(new), "{self:?}\n is neither {old:?}\n nor {new:?}");
        for (at, line) in self.foreign.iter().enumerate() {
            ensure!(!self.foreign[..at].contains(line), "a doubled line of another program: {self:?}");
            ensure!(old.foreign.contains(line) || new.foreign.contains(line), "a line of nobody: {self:?}");
        }
        let lost = old.foreign.iter().find(|line| new.foreign.contains(line) && !self.foreign.contains(line));
        ensure!(lost.is_none(), "a lost line of another program: {self:?}");
        self.file.is_either(&old.file, &new.file)?;
        // Only the new configuration may be in the history before it is in force.
        let known =
            |(_, title): &(u64, String)| [old, new].iter().any(|state| state.history.iter().any(|(_, t)| t == title));
        ensure!(self.history.iter().all(known), "a history of nobody: {self:?}");
        Ok(())
    }

    /// Returns an error unless this is `new`. A skipped generation is no error, and lines of another program may still
    /// be missing.
    pub(crate) fn is(&self, new: &Self) -> Result<()> {
        // A configuration that a crash left unused is equal to the one that the retry has published.
        let titles = |state: &Self| {
            let mut titles: Vec<_> = state.history.iter().map(|(_, title)| title.clone()).collect();
            titles.dedup();
            titles
        };
        let same = self.ours == new.ours
            && self.foreign.iter().all(|line| new.foreign.contains(line))
            && (&self.title, &self.fault) == (&new.title, &new.fault)
            && titles(self) == titles(new);
        ensure!(same, "{self:?}\n is not {new:?}");
        ensure!(self.file == new.file, "{:?}\n is not {:?}", self.file, new.file);
        let newest = self.history.first().map_or(0, |(generation, _)| *generation);
        ensure!(newest == self.generation && newest >= new.generation, "{self:?}\n after {new:?}");
        Ok(())
    }
}

fn title(published: &config::Published) -> String {
    let value: Value = serde_json::to_value(&published.config).unwrap_or_default();
    value["title"].as_str().unwrap_or_default().to_owned()
}

/// Splits entries into messages and plain lines.
fn texts(entries: &[Entry]) -> (Vec<String>, Vec<String>) {
    let (mut ours, mut foreign) = (Vec::new(), Vec::new());
    for entry in entries {
        match &entry.kind {
            EntryKind::Message(message) => ours.push(message.text.clone()),
            EntryKind::Plain { text, .. } => foreign.push(text.clone()),
            EntryKind::Removal(_) | EntryKind::Label(_) => {}
        }
    }
    (ours, foreign)
}

/// A reader that reads only added lines.
#[derive(Debug)]
pub(crate) struct Follower {
    tail: Tail,
    entries: Vec<Entry>,
}

impl Follower {
    fn new(dir: &WallDir) -> Self {
        Self { tail: Tail::new(dir.clone()), entries: Vec::new() }
    }

    /// Reads the added lines. Returns the messages and the plain lines of the wall.
    pub(crate) fn read(&mut self) -> Result<(Vec<String>, Vec<String>)> {
        if let Some(added) = self.tail.read()? {
            if added.restarted {
                self.entries.clear();
            }
            self.entries.retain(|entry| entry.span.start >= added.first.position);
            for entry in added.entries {
                match &entry.kind {
                    EntryKind::Removal(removal) => {
                        let gone = removal.removes.clone();
                        self.entries.retain(|entry| entry.id() != gone);
                    }
                    _ => self.entries.push(entry),
                }
            }
        }
        Ok(texts(&self.entries))
    }
}
