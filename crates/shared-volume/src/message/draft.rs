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
        if shows_nothing(&self.text) && self.picture.is_none() {
            return Err(Refusal::Empty);
        }
        let (chars, max) = (self.text.chars().count(), config.max_message_chars.get());
        if chars > max {
            return Err(Refusal::TooLong { chars, max });
        }
        if let Some(author) = &self.author {
            let is_one_line = !shows_nothing(author) && !author.chars().any(char::is_control);
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

/// Returns true if the folded `text` contains the folded `word`, with no letter or digit next to it. A word of invisible
/// characters is nowhere.
fn contains_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.match_indices(word).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

/// Folds case and compatibility forms (NFKC and full case folding), and drops invisible characters.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).nfkc().default_case_fold().nfkc().collect()
}

/// Returns true if nothing of the text can be seen.
fn shows_nothing(text: &str) -> bool {
    // The Braille pattern without dots is a symbol to Unicode.
    text.chars().all(|c| c.is_whitespace() || is_invisible(c) || c == '\u{2800}')
}

/// Returns true for the characters that Unicode calls `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt, version 16).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
