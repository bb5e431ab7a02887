//! Adding messages, and taking them all away.

use std::io::{self, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Instant;

use fs_err::os::unix::fs::OpenOptionsExt;
use memchr::memmem;
use ulid::Ulid;

use super::compact::{Cleared, begin_anew, compact, move_to_new_file};
use super::entry::{Lines, Said};
use super::file::{HEADER_MARK, Header, LogFile};
use super::newest::{Newest, newest};
use crate::config::{self, Config};
use crate::error::WriteError;
use crate::intent::Intent;
use crate::lock::WriterLock;
use crate::message::{Draft, MESSAGE_MARK, Message, Refusal};
use crate::time;
use crate::volume::{FILE_MODE, WallDir};

/// How far back a retry is recognised by its event id. Fixed, so that an append costs the same on every wall.
const RECENT_BYTES: u64 = 128 * 1024;

/// How often an append is tried because another program deleted the log meanwhile, or because the log had to be moved.
const TRIES: u32 = 30;

/// The writer of one wall. It remembers how many messages it has counted, so that it counts only those that were added.
#[derive(Debug)]
pub struct WallWriter {
    wall: WallDir,
    counted: Option<Counted>,
}

/// How many lines stood in the first `bytes` of the log with this inode.
#[derive(Debug, Clone, Copy)]
struct Counted {
    inode: u64,
    bytes: u64,
    lines: usize,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Batch {
    /// One answer for each draft, in their order.
    pub answers: Vec<Result<Appended, Refusal>>,
    /// The messages are on the wall, but shortening the log failed. It is tried again with the next append.
    pub compaction_failed: Option<io::Error>,
}

/// A message that is durable on the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// As the log has it.
    pub message: Message,
    /// Whether an earlier event with the same id had already brought it.
    pub repeated: bool,
}

impl WallWriter {
    /// A writer of `wall`. Nothing is touched yet.
    #[must_use]
    pub fn new(wall: WallDir) -> Self {
        Self { wall, counted: None }
    }

    /// The wall it writes.
    #[must_use]
    pub fn wall(&self) -> &WallDir {
        &self.wall
    }

    /// Adds the drafts that keep the rules of the configuration in force, in one lock cycle. When this returns they are
    /// durable.
    ///
    /// # Errors
    /// When the lock is not to be had before `deadline`, or the volume fails: then none of them was added.
    pub fn append(&mut self, drafts: &[Draft], deadline: Instant) -> Result<Batch, WriteError> {
        for _ in 1..TRIES {
            // Taken anew for each try: where the log was moved away from a writer, it had lost its lock before.
            let lock = WriterLock::acquire(&self.wall, deadline)?;
            let config = config::in_force(&self.wall)?.published.config;
            if let Some(answers) = self.append_once(drafts, &config, &lock)? {
                let compaction_failed = self.compact_when_long(&config, &lock).err();
                return Ok(Batch { answers, compaction_failed });
            }
        }
        let text = format!("`{}` is deleted again and again by another program", self.wall.content().display());
        Err(io::Error::other(text).into())
    }

    /// Takes all messages away by beginning a new wall. A retry of the same `event` does nothing more.
    ///
    /// # Errors
    /// When the lock is not to be had before `deadline`, or the volume fails: then the wall is as it was.
    pub fn clear(&mut self, event: Option<&str>, deadline: Instant) -> Result<Cleared, WriteError> {
        let lock = WriterLock::acquire(&self.wall, deadline)?;
        self.counted = None;
        // A new wall is a new file, whatever is still under way to the old one.
        lock.declare(Intent::Replace)?;
        let cleared = begin_anew(&self.wall, event)?;
        // After a repetition the old file is still the log: the next append moves it, whatever was begun before.
        if !cleared.repeated {
            lock.declare(Intent::Nothing)?;
        }
        Ok(cleared)
    }

    /// The newest `limit` messages, but never more than the configuration keeps.
    ///
    /// # Errors
    /// When the volume fails.
    pub fn newest(&self, limit: usize) -> io::Result<Newest> {
        let keep = config::in_force(&self.wall)?.published.config.keep_messages.get();
        newest(&self.wall, limit.min(keep))
    }

    /// Nothing when the log was deleted while it was written, or had to be moved first.
    fn append_once(
        &mut self,
        drafts: &[Draft],
        config: &Config,
        lock: &WriterLock,
    ) -> io::Result<Option<Vec<Result<Appended, Refusal>>>> {
        let path = self.wall.content();
        let mut file = open(&path)?;
        let log = LogFile::new(file.try_clone()?)?;
        if !has_come_to_pass(lock.intent()?, &log)? {
            move_to_new_file(&self.wall)?;
            lock.declare(Intent::Nothing)?;
            return Ok(None);
        }
        let recent_from = log.len().saturating_sub(RECENT_BYTES);
        let recent = log.read_from(recent_from)?;

        let end = repaired_end(&recent, recent_from);
        if end < log.len() {
            file.set_len(end)?;
        }
        let kept = &recent[..usize::try_from(end - recent_from).unwrap_or(0)];
        let mut lines = Vec::new();
        if end == 0 {
            lines.extend_from_slice(&Header::of_new_wall(None).line()?);
        } else if !kept.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let nothing_new = lines.len();
        let answers = answer_all(drafts, config, kept, &mut lines)?;
        if lines.len() == nothing_new {
            // Whoever wrote a message before its retry came may have died before it was durable.
            if answers.iter().flatten().any(|appended| appended.repeated) {
                file.sync_all()?;
            }
            return Ok(Some(answers));
        }
        lock.declare(Intent::append(log.metadata.ino(), end, &lines))?;
        write_durably(&mut file, &lines, end, lock)?;
        Ok(still_named(&path, &log)?.then_some(answers))
    }

    /// Shortens the log when it holds twice what the configuration keeps.
    fn compact_when_long(&mut self, config: &Config, lock: &WriterLock) -> io::Result<()> {
        let keep = config.keep_messages.get();
        let Some(log) = LogFile::open(&self.wall.content())? else { return Ok(()) };
        let before = self.counted.filter(|counted| counted.inode == log.metadata.ino() && counted.bytes <= log.len());
        let (bytes, lines) = before.map_or((0, 0), |counted| (counted.bytes, counted.lines));
        let added = log.read_from(bytes)?;
        let lines = lines + memchr::memchr_iter(b'\n', &added).count();
        self.counted = Some(Counted { inode: log.metadata.ino(), bytes: bytes + added.len() as u64, lines });
        if lines <= keep.saturating_mul(2) {
            return Ok(());
        }
        self.counted = None;
        lock.declare(Intent::Replace)?;
        compact(&self.wall, keep)?;
        lock.declare(Intent::Nothing)
    }
}

/// Whether nothing is still under way to the log. What is no regular file cannot be moved.
fn has_come_to_pass(intent: Intent, log: &LogFile) -> io::Result<bool> {
    let read = |from, bytes| log.read_range(from, usize::try_from(bytes).unwrap_or(usize::MAX));
    Ok(!log.metadata.is_file() || intent.has_come_to_pass((log.metadata.ino(), log.len()), read)?)
}

/// Answers every draft, and adds to `lines` those that are to be written.
fn answer_all(
    drafts: &[Draft],
    config: &Config,
    recent: &[u8],
    lines: &mut Vec<u8>,
) -> io::Result<Vec<Result<Appended, Refusal>>> {
    let mut answers: Vec<Result<Appended, Refusal>> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        // A retry of what was accepted is answered as it was then, whatever the rules are by now.
        let earlier = draft.event.as_deref().and_then(|event| {
            let in_batch = answers.iter().flatten().find(|appended| appended.message.event.as_deref() == Some(event));
            in_batch.map(|appended| appended.message.clone()).or_else(|| find_event(recent, event))
        });
        if let Some(message) = earlier {
            answers.push(Ok(Appended { message, repeated: true }));
            continue;
        }
        if let Err(refusal) = draft.check(config) {
            answers.push(Err(refusal));
            continue;
        }
        let message = Message {
            id: Ulid::generate(),
            received: draft.received,
            at: time::now(),
            author: draft.author.clone(),
            text: draft.text.clone(),
            event: draft.event.clone(),
        };
        serde_json::to_writer(&mut *lines, &message)?;
        lines.push(b'\n');
        answers.push(Ok(Appended { message, repeated: false }));
    }
    Ok(answers)
}

/// The message that the event brought, if it is in the recent log.
fn find_event(recent: &[u8], event: &str) -> Option<Message> {
    let quoted = serde_json::to_string(event).ok()?;
    // Nothing is parsed unless the id stands there somewhere, which it almost never does.
    memmem::find(recent, format!("\"event\":{quoted}").as_bytes())?;
    let entries = Lines::parse(recent, 0).entries;
    entries.into_iter().find_map(|entry| match entry.said {
        Said::Message(message) if message.event.as_deref() == Some(event) => Some(message),
        _ => None,
    })
}

/// Where the log ends once the half line of a writer that crashed is cut off. A plain line that lacks its newline is
/// kept: another program may have meant it so.
fn repaired_end(recent: &[u8], recent_from: u64) -> u64 {
    let last_line = memchr::memrchr(b'\n', recent).map_or(0, |newline| newline + 1);
    let half = &recent[last_line..];
    let is_ours = |mark: &[u8]| !half.is_empty() && (half.starts_with(mark) || mark.starts_with(half));
    let end = if is_ours(MESSAGE_MARK) || is_ours(HEADER_MARK) { last_line } else { recent.len() };
    recent_from + end as u64
}

/// Opens the log for appending, and creates it when it is missing.
fn open(path: &Path) -> io::Result<fs_err::File> {
    let mut options = fs_err::OpenOptions::new();
    options.read(true).append(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let file = options.create(true).mode(FILE_MODE).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE))?;
    if let Some(directory) = path.parent() {
        crate::replace::sync_directory(directory)?;
    }
    Ok(file)
}

/// Appends `lines` and waits until they are on the disk; when that fails, cuts the file back to `end`.
fn write_durably(file: &mut fs_err::File, lines: &[u8], end: u64, lock: &WriterLock) -> io::Result<()> {
    file.write_all(lines).and_then(|()| file.sync_all()).inspect_err(|_| {
        // What was written is not accepted. It is cut off unless another program has already written behind it.
        let ours_is_last = file.stream_position().ok() == file.metadata().ok().map(|meta| meta.len());
        if ours_is_last {
            // If this fails too, the next append moves the log; the first error is the one to tell.
            drop(file.set_len(end).and_then(|()| lock.declare(Intent::Nothing)));
        }
    })
}

/// Whether the path still names the file that was written.
fn still_named(path: &Path, written: &LogFile) -> io::Result<bool> {
    // Opening it asks the server; a mere stat would be answered from the cache.
    let named = LogFile::open(path)?;
    Ok(named.is_some_and(|named| {
        named.metadata.dev() == written.metadata.dev() && named.metadata.ino() == written.metadata.ino()
    }))
}
