//! Messages, their removal, and the rules that a message must keep.

use std::borrow::Cow;

use caseless::Caseless;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use unicode_normalization::UnicodeNormalization;

use crate::config::{Config, Posting};
use crate::time::millis;

/// The longest author's name, in characters.
pub const MAX_AUTHOR_CHARS: usize = 80;

/// The longest event id that a sender may choose, in bytes.
pub const MAX_EVENT_BYTES: usize = 256;

/// The longest event id with its source, such as `eventbridge:<id>`, in bytes.
pub const MAX_SCOPED_EVENT_BYTES: usize = MAX_EVENT_BYTES + 32;

/// A message as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Stands first, because records are recognised by their beginning.
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
    /// The event that brought it, `<source>:<id>`, so that a retry does not add it twice. None if nobody can repeat it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// The record that takes one message off the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The id of the message. Stands first, because records are recognised by their beginning.
    pub removes: String,
    /// When the function was about to write.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// Who removed it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The event that brought it, `<source>:<id>`.
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
    /// The event that brought it, `<source>:<id>`; none if nobody can repeat it.
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
    /// The event was applied before, with another payload or as another kind of command.
    #[error("event: {event:?} was used before for something else; send a new event id with a new command")]
    EventReused {
        /// The event, without its source.
        event: String,
    },
    /// No message on the wall has this id.
    #[error("id: there is no message {id:?} on this wall")]
    MessageUnknown {
        /// The id that was asked for.
        id: String,
    },
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
            Self::EventReused { .. } => "event_reused",
            Self::MessageUnknown { .. } => "message_unknown",
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
        check_event(self.event.as_deref())?;
        let fields = [("text", Some(&self.text)), ("author", self.author.as_ref())];
        for (field, value) in fields.into_iter().filter_map(|(field, value)| Some((field, folded(value?)))) {
            if let Some(word) = config.blocked_words.iter().find(|word| contains_word(&value, &folded(word))) {
                return Err(Refusal::BlockedWord { field, word: word.to_string() });
            }
        }
        Ok(())
    }
}

/// Checks the length of an event id with its source.
pub(crate) fn check_event(event: Option<&str>) -> Result<(), Refusal> {
    let fits = event.is_none_or(|event| (1..=MAX_SCOPED_EVENT_BYTES).contains(&event.len()));
    if fits { Ok(()) } else { Err(Refusal::Event) }
}

/// Replaces control characters, which could command a terminal, by U+FFFD. Line breaks and tabs stay.
///
/// A message is stored exactly as it was sent. This is for everything that shows it other than as JSON, which escapes
/// control characters by itself.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // A carriage return alone moves the cursor of a terminal; before a line feed it is a line break.
        let is_line_break = character == '\r' && characters.peek() == Some(&'\n');
        let is_kept = !character.is_control() || matches!(character, '\n' | '\t') || is_line_break;
        shown.push(if is_kept { character } else { char::REPLACEMENT_CHARACTER });
    }
    Cow::Owned(shown)
}

/// Returns true if `word`, which is folded, stands in the folded `text` as a word of its own.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Folds case and compatibility forms (NFKC, full case folding), and drops characters that nobody sees.
fn folded(text: &str) -> String {
    let invisible = |c: &char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    text.chars().filter(|c| !invisible(c)).nfkc().default_case_fold().nfkc().collect()
}
