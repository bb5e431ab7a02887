//! What the function is asked to do.

use serde::Serialize;

/// A command. Its event makes a retry harmless.
#[derive(Debug, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command<'a> {
    /// Adds a message.
    Post {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        author: Option<&'a str>,
        #[serde(flatten)]
        event: Event<'a>,
    },
    /// Takes one message away.
    Remove {
        id: &'a str,
        #[serde(flatten)]
        event: Event<'a>,
    },
    /// Takes all messages away.
    Clear {
        #[serde(flatten)]
        event: Event<'a>,
    },
    /// Publishes an earlier configuration again.
    RollbackConfig {
        generation: u64,
        #[serde(flatten)]
        event: Event<'a>,
    },
}

/// The id of what brought a command. The function tells it from the ids of others by its source.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Event<'a> {
    event: &'a str,
    source: &'static str,
}

impl<'a> Event<'a> {
    /// The event of a request to this reader, by its key.
    pub(crate) fn new(key: &'a str) -> Self {
        Self { event: key, source: "page" }
    }
}
