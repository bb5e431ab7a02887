//! The entries of a log, and the parser that finds them.

use std::ops::Range;

use ulid::Ulid;

use super::line::{Line, MAX_RECORD_BYTES};
use crate::cursor::Cursor;
use crate::digest::{Digest, Hasher};
use crate::message::{Label, Message, Removal};

/// A line of the log that is a record or a plain line.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The positions of its line, including the newline.
    pub span: Range<u64>,
    /// The edition of the cursor after it.
    pub edition: u64,
    /// The content of the line.
    pub kind: EntryKind,
}

/// The content of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryKind {
    /// A message that the function wrote.
    Message(Message),
    /// A line of another program.
    Plain {
        /// The line in the form in which it is shown.
        text: String,
        /// A digest of the whole line.
        digest: u64,
    },
    /// The removal of a message.
    Removal(Removal),
    /// The label of a message.
    Label(Label),
}

impl Entry {
    /// Returns the cursor after this entry of `wall`.
    #[must_use]
    pub fn end(&self, wall: Ulid) -> Cursor {
        Cursor { wall, position: self.span.end, edition: self.edition }
    }

    /// Returns the id of the message: the one that the entry is, removes or labels.
    ///
    /// The id of a plain line consists of its position and digest. It stays the same when another line is edited.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.kind {
            EntryKind::Message(message) => message.id.to_string(),
            EntryKind::Plain { digest, .. } => format!("plain-{}-{digest:016x}", self.span.start),
            EntryKind::Removal(removal) => removal.removes.clone(),
            EntryKind::Label(label) => label.labels.clone(),
        }
    }

    /// Returns true if the entry is a message: a record or a plain line.
    pub(super) fn is_message(&self) -> bool {
        matches!(self.kind, EntryKind::Message(_) | EntryKind::Plain { .. })
    }
}

/// Finds the entries of a log that is read piece by piece, from its beginning.
#[derive(Debug, Clone)]
pub(super) struct Parser {
    /// The cursor after the last entry, or at the beginning.
    pub(super) cursor: Cursor,
    pub(super) damaged: u64,
    /// The digest of everything since the last entry.
    pending: Hasher,
    /// The position after the last complete line.
    line_start: u64,
    /// The beginning of the unfinished line.
    line: Vec<u8>,
    line_digest: Hasher,
    line_length: u64,
}

impl Parser {
    /// Returns a parser for the bytes after `cursor`.
    pub(super) fn new(cursor: Cursor) -> Self {
        Self {
            cursor,
            damaged: 0,
            pending: Hasher::default(),
            line_start: cursor.position,
            line: Vec::new(),
            line_digest: Hasher::default(),
            line_length: 0,
        }
    }

    /// Parses the next bytes and passes each completed entry to `found`.
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
            // From here on the buffer holds only the beginning of the line, so the digest is computed piece by piece.
            if !self.is_cut() {
                self.line_digest.take();
                self.line_digest.update(&self.line);
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
        if let Some(kind) = self.recognise() {
            self.cursor = self.cursor.advanced(span.end, self.pending.take().short());
            found(Entry { span: span.clone(), edition: self.cursor.edition, kind });
        }
        self.line_start = span.end;
        self.line.clear();
        self.line_length = 0;
    }

    fn recognise(&mut self) -> Option<EntryKind> {
        if self.line_length == 0 {
            self.pending.update(b"\n");
            return None;
        }
        let line = Line::parse(&self.line, self.is_cut());
        let digest = self.digest_line().short();
        self.pending.update(&digest.to_be_bytes());
        self.pending.update(&self.line_length.to_be_bytes());
        match line {
            Line::Message(message) => Some(EntryKind::Message(message)),
            Line::Removal(removal) => Some(EntryKind::Removal(removal)),
            Line::Label(label) => Some(EntryKind::Label(label)),
            Line::Plain(text) => Some(EntryKind::Plain { text, digest }),
            Line::Damaged => {
                self.damaged += 1;
                None
            }
            Line::Blank => None,
        }
    }

    fn digest_line(&mut self) -> Digest {
        if self.is_cut() {
            return self.line_digest.take();
        }
        let mut hasher = Hasher::default();
        hasher.update(&self.line);
        hasher.take()
    }
}
