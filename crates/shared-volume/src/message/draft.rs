//! A message that was not accepted yet, and the rules for accepting it.

use caseless::Caseless;
use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use crate::config::{Config, Posting};
use crate::error::Refusal;
use crate::limits::MAX_AUTHOR_CHARS;
use crate::message::Picture;
use crate::retries::check_event;

/// A message that was not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The author, if known.
    pub author: Option<String>,
    /// The text. It may contain line breaks.
    pub text: String,
    /// The picture.
    pub picture: Option<Picture>,
    /// The event id with its source, `<source>:<id>`. `None` if the event cannot be repeated.
    pub event: Option<String>,
    /// The time at which the function received the event.
    pub received: Timestamp,
}

impl Draft {
    /// Checks the draft against the rules of a configuration.
    ///
    /// # Errors
    /// Returns the first rule that the draft breaks.
    pub fn check(&self, config: &Config) -> Result<(), Refusal> {
        if config.posting == Posting::Closed {
            return Err(Refusal::PostingClosed);
        }
        if self.text.trim().is_empty() && self.picture.is_none() {
            return Err(Refusal::Empty);
        }
        let (chars, max) = (self.text.chars().count(), config.max_message_chars.get());
        if chars > max {
            return Err(Refusal::TooLong { chars, max });
        }
        if let Some(author) = &self.author {
            let is_one_line = !author.trim().is_empty() && !author.chars().any(char::is_control);
            if !is_one_line || author.chars().count() > MAX_AUTHOR_CHARS {
                return Err(Refusal::Author);
            }
        }
        check_event(self.event.as_deref())?;
        self.check_words(config)
    }

    fn check_words(&self, config: &Config) -> Result<(), Refusal> {
        let fields = [("text", Some(&self.text)), ("author", self.author.as_ref())];
        for (field, value) in fields.into_iter().filter_map(|(field, value)| Some((field, folded(value?)))) {
            if let Some(word) = config.blocked_words.iter().find(|word| contains_word(&value, &folded(word))) {
                return Err(Refusal::BlockedWord { field, word: word.to_string() });
            }
        }
        Ok(())
    }
}

/// Returns true if the folded `text` contains the folded `word`, with no letter or digit next to it.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Folds case and compatibility forms (NFKC and full case folding), and drops invisible characters.
fn folded(text: &str) -> String {
    let invisible = |c: &char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    text.chars().filter(|c| !invisible(c)).nfkc().default_case_fold().nfkc().collect()
}
