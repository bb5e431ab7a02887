//! One line of the log, and the rules a message must keep.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::config::{Config, Posting};
use crate::time::millis;

/// The longest author's name, in characters.
pub const MAX_AUTHOR_CHARS: usize = 80;

/// The longest event id that is kept to make a retry harmless, in bytes.
pub const MAX_EVENT_BYTES: usize = 256;

/// How every message of ours begins. A line that begins so and does not parse is damage.
pub(crate) const MESSAGE_MARK: &[u8] = br#"{"id":""#;

/// A message as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Stands first, because a record is told from a plain line by how it begins.
    pub id: Ulid,
    /// When the function got the event.
    #[serde(with = "millis")]
    pub received: Timestamp,
    /// When the function was about to write.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// Who wrote it, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What was written. Line breaks are kept.
    pub text: String,
    /// The id of the event that brought it, so that a retry does not add it twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// A message that wants to be on the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Who wrote it, when known.
    pub author: Option<String>,
    /// What was written.
    pub text: String,
    /// The id of the event that brought it.
    pub event: Option<String>,
    /// When the function got the event.
    pub received: Timestamp,
}

/// Why a message was not accepted. The wall is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The configuration says `"posting":"closed"`.
    #[error("posting is closed on this wall")]
    PostingClosed,
    /// Nothing but white space.
    #[error("text: the message is empty")]
    Empty,
    /// More characters than `max_message_chars`.
    #[error("text: the message has {chars} characters, at most {max} are allowed")]
    TooLong {
        /// How many it has.
        chars: usize,
        /// How many it may have.
        max: usize,
    },
    /// One of `blocked_words`.
    #[error("{field}: contains the blocked word {word:?}")]
    BlockedWord {
        /// `text` or `author`.
        field: &'static str,
        /// The word, as the configuration has it.
        word: String,
    },
    /// An author's name that cannot be shown on one line.
    #[error("author: must be 1 to {MAX_AUTHOR_CHARS} characters on one line")]
    Author,
    /// An event id that is too long to keep.
    #[error("event: must be 1 to {MAX_EVENT_BYTES} bytes")]
    Event,
}

impl Refusal {
    /// The stable name, such as `posting_closed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::PostingClosed => "posting_closed",
            Self::Empty => "message_empty",
            Self::TooLong { .. } => "message_too_long",
            Self::BlockedWord { .. } => "message_blocked",
            Self::Author => "author_invalid",
            Self::Event => "event_id_invalid",
        }
    }
}

impl Draft {
    /// Holds the draft against the rules of `config`.
    ///
    /// # Errors
    /// The first rule that the draft breaks.
    pub fn check(&self, config: &Config) -> Result<(), Refusal> {
        if config.posting == Posting::Closed {
            return Err(Refusal::PostingClosed);
        }
        if self.text.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        let (chars, max) = (self.text.chars().count(), config.max_message_chars.get());
        if chars > max {
            return Err(Refusal::TooLong { chars, max });
        }
        if let Some(author) = &self.author {
            let shown = !author.trim().is_empty() && !author.chars().any(char::is_control);
            if !shown || author.chars().count() > MAX_AUTHOR_CHARS {
                return Err(Refusal::Author);
            }
        }
        if self.event.as_ref().is_some_and(|event| event.is_empty() || event.len() > MAX_EVENT_BYTES) {
            return Err(Refusal::Event);
        }
        let fields = [("text", Some(&self.text)), ("author", self.author.as_ref())];
        for (field, value) in fields.into_iter().filter_map(|(field, value)| Some((field, value?))) {
            if let Some(word) = config.blocked_words.iter().find(|word| contains_word(value, word)) {
                return Err(Refusal::BlockedWord { field, word: word.to_string() });
            }
        }
        Ok(())
    }
}

/// Whether `word` stands in `text` as a word of its own, in whatever case.
fn contains_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// A line of the log, told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// One of our records.
    Message(Message),
    /// A line that some other program appended.
    Plain(String),
    /// Nothing is written there.
    Blank,
    /// Begins as one of our records and does not parse, or is no text at all.
    Damaged,
}

impl Line {
    /// Tells apart one line, given without its newline.
    pub(crate) fn parse(line: &[u8]) -> Self {
        if line.starts_with(MESSAGE_MARK) {
            return serde_json::from_slice(line).map_or(Self::Damaged, Self::Message);
        }
        // A header that is not the first line, and zeros left by a failed write, are damage as well.
        if line.starts_with(crate::wall::HEADER_MARK) || line.contains(&0) {
            return Self::Damaged;
        }
        match std::str::from_utf8(line) {
            Ok(text) if text.trim().is_empty() => Self::Blank,
            Ok(text) => Self::Plain(text.trim_end_matches('\r').to_owned()),
            Err(_) => Self::Damaged,
        }
    }
}
