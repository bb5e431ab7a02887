//! What must be on the wall, as simple as it can be said.

use std::collections::HashMap;

/// A message that must be on the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// The answer to an event that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Posted { text: String, id: String },
    Removed { id: String },
    Cleared { wall: String },
    Published { title: String, generation: u64 },
}

/// The whole state that a person would expect.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Oldest first.
    pub(crate) messages: Vec<Expected>,
    /// Lines that another program has written to a log that was replaced: they come with the next append.
    pub(crate) floating: Vec<String>,
    pub(crate) events: HashMap<String, Answer>,
    /// Events whose record another program may have deleted together with the log.
    pub(crate) forgettable: Vec<String>,
    pub(crate) keep: usize,
    pub(crate) title: String,
    pub(crate) generation: u64,
}

impl Model {
    /// Compares with what a fresh reader shows, and takes note of what retention has dropped.
    pub(crate) fn check(&mut self, shown: &[Expected]) {
        let texts: Vec<&str> = shown.iter().map(|message| message.text.as_str()).collect();
        let mut unexpected = Vec::new();
        let mut next = self.messages.len() - self.messages.len().min(shown.len());
        // What is missing may be missing only from the front.
        if let Some(first) = shown.iter().find_map(|one| self.messages.iter().position(|other| other.text == one.text))
        {
            next = first;
        }
        let dropped = next;
        let mut merged = Vec::new();
        for message in shown {
            match self.messages.get(next) {
                Some(expected) if expected.text == message.text => {
                    assert!(expected.id.is_empty() || expected.id == message.id, "{expected:?} became {message:?}");
                    next += 1;
                    merged.push(message.clone());
                }
                _ => {
                    let floating = self.floating.iter().position(|line| *line == message.text);
                    match floating {
                        Some(at) => {
                            self.floating.remove(at);
                            merged.push(message.clone());
                        }
                        None => unexpected.push(message.text.clone()),
                    }
                }
            }
        }
        let missing: Vec<_> = self.messages[next..].iter().map(|message| &message.text).collect();
        assert!(
            missing.is_empty() && unexpected.is_empty(),
            "missing {missing:?}, unexpected {unexpected:?} in {texts:?}"
        );
        assert!(
            dropped == 0 || merged.len() >= self.keep,
            "{dropped} dropped, but only {} kept of {}",
            merged.len(),
            self.keep
        );
        self.messages = merged;
    }
}
