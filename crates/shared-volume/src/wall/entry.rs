//! The entries of a log, and the parser that finds them.

use std::ops::Range;

use sha2::{Digest as _, Sha256};
use ulid::Ulid;

use super::cursor::Cursor;
use super::file::{Beginning, Header};
use super::line::{Line, MAX_RECORD_BYTES};
use crate::digest::Digest;
use crate::message::{Message, Removal};

/// A line of the log that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The position of its line in the life of the wall, newline included.
    pub span: Range<u64>,
    /// The edition of the cursor behind it.
    pub edition: u64,
    /// The content of the line.
    pub said: Said,
}

/// The content of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A message that the function wrote.
    Message(Message),
    /// A line of another program.
    Plain {
        /// The line, in the form in which it is shown.
        text: String,
        /// A digest of the whole line.
        digest: u64,
    },
    /// A message is taken off the wall.
    Removal(Removal),
}

impl Entry {
    /// Returns the cursor behind this entry, which stands on `wall`.
    #[must_use]
    pub fn end(&self, wall: Ulid) -> Cursor {
        Cursor { wall, position: self.span.end, edition: self.edition }
    }

    /// Returns the id by which a message is removed: that of the record; for a plain line its position and digest, which
    /// stay when somebody edits another line of the log.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.said {
            Said::Message(message) => message.id.to_string(),
            Said::Plain { digest, .. } => format!("plain-{}-{digest:016x}", self.span.start),
            Said::Removal(removal) => removal.removes.clone(),
        }
    }
}

/// Finds the entries in a log that is handed over piece by piece, from its beginning on.
#[derive(Debug, Clone)]
pub(super) struct Parser {
    /// The cursor behind the last entry, or of the beginning.
    pub(super) cursor: Cursor,
    pub(super) damaged: u64,
    /// Everything since the last entry.
    pending: Sha256,
    /// The position behind the last whole line.
    line_start: u64,
    /// The beginning of the unfinished line.
    line: Vec<u8>,
    line_digest: Sha256,
    line_length: u64,
}

impl Parser {
    /// A parser for the bytes from `position` on; `edition` is that of the cursor there.
    pub(super) fn new(cursor: Cursor) -> Self {
        Self {
            cursor,
            damaged: 0,
            pending: Sha256::new(),
            line_start: cursor.position,
            line: Vec::new(),
            line_digest: Sha256::new(),
            line_length: 0,
        }
    }

    /// Parses the next bytes and hands every entry that they complete to `found`.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut found: impl FnMut(Entry)) {
        while let Some(newline) = memchr::memchr(b'\n', bytes) {
            self.extend(&bytes[..newline]);
            self.finish(&mut found);
            bytes = &bytes[newline + 1..];
        }
        self.extend(bytes);
    }

    /// Returns the length of the unfinished line, in bytes.
    pub(super) fn unfinished(&self) -> u64 {
        self.line_length
    }

    /// Returns the beginning of the unfinished line.
    pub(super) fn unfinished_line(&self) -> &[u8] {
        &self.line
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = MAX_RECORD_BYTES - self.line.len();
        if bytes.len() > room {
            // The buffer holds only the beginning of the line from here on, so its digest is computed as it comes.
            if !self.is_cut() {
                self.line_digest = Sha256::new_with_prefix(&self.line);
            }
            self.line_digest.update(bytes);
        }
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.line_length += bytes.len() as u64;
    }

    fn is_cut(&self) -> bool {
        self.line_length > self.line.len() as u64
    }

    fn finish(&mut self, found: &mut impl FnMut(Entry)) {
        let span = self.line_start..self.line_start + self.line_length + 1;
        if let Some(said) = self.recognise() {
            let pending = first_eight(std::mem::take(&mut self.pending));
            let edition = chained(self.cursor.edition, pending);
            self.cursor = Cursor { position: span.end, edition, ..self.cursor };
            found(Entry { span: span.clone(), edition, said });
        }
        self.line_start = span.end;
        self.line.clear();
        self.line_length = 0;
    }

    fn recognise(&mut self) -> Option<Said> {
        if self.line_length == 0 {
            self.pending.update(b"\n");
            return None;
        }
        let line = Line::parse(&self.line, self.is_cut());
        let hasher =
            if self.is_cut() { std::mem::take(&mut self.line_digest) } else { Sha256::new_with_prefix(&self.line) };
        let digest = first_eight(hasher);
        self.pending.update(digest.to_be_bytes());
        self.pending.update(self.line_length.to_be_bytes());
        match line {
            Line::Message(message) => Some(Said::Message(message)),
            Line::Removal(removal) => Some(Said::Removal(removal)),
            Line::Plain(text) => Some(Said::Plain { text, digest }),
            Line::Damaged => {
                self.damaged += 1;
                None
            }
            Line::Blank => None,
        }
    }
}

/// The edition behind an entry, from the one before it.
fn chained(before: u64, pending: u64) -> u64 {
    Digest::of(&[&before.to_be_bytes(), &pending.to_be_bytes()]).short()
}

/// The edition at the beginning of a wall that has no header, or whose beginning was not read.
pub(super) fn first_edition(wall: Ulid, position: u64) -> u64 {
    Digest::of(&[&wall.to_bytes(), &position.to_be_bytes()]).short()
}

fn first_eight(hasher: Sha256) -> u64 {
    let digest = hasher.finalize();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Header {
    /// Returns the cursor before the first message.
    pub(super) fn cursor(&self) -> Cursor {
        let (wall, position) = (self.wall, self.start);
        Cursor { wall, position, edition: self.edition.unwrap_or_else(|| first_edition(wall, position)) }
    }
}

impl Beginning {
    /// Returns the cursor before the first message.
    pub(super) fn cursor(&self) -> Cursor {
        self.header.cursor()
    }
}
