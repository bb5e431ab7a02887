//! What was said, and where it stands.

use std::ops::Range;

use crate::message::{Line, Message};

/// One message on the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where its line stands in the life of the wall, newline included.
    pub span: Range<u64>,
    /// What was said.
    pub said: Said,
}

/// Who spoke: the function, or some other program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A record that the function wrote.
    Message(Message),
    /// A plain line by nobody in particular.
    Plain(String),
}

/// The whole lines of a piece of the log.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) entries: Vec<Entry>,
    /// How many lines were damaged.
    pub(super) damaged: u64,
    /// How many bytes the whole lines take; what follows is a line that is not finished.
    pub(super) bytes: usize,
}

impl Lines {
    /// Reads `bytes`, which begin at `position`, up to the last newline.
    pub(super) fn parse(bytes: &[u8], position: u64) -> Self {
        let mut lines = Self::default();
        for newline in memchr::memchr_iter(b'\n', bytes) {
            let span = position + lines.bytes as u64..position + newline as u64 + 1;
            match Line::parse(&bytes[lines.bytes..newline]) {
                Line::Message(message) => lines.entries.push(Entry { span, said: Said::Message(message) }),
                Line::Plain(text) => lines.entries.push(Entry { span, said: Said::Plain(text) }),
                Line::Damaged => lines.damaged += 1,
                Line::Blank => {}
            }
            lines.bytes = newline + 1;
        }
        lines
    }
}
