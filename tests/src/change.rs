//! Changes of a wall that the fault tests make, by the crate that every writer uses.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared_volume::ChangeError;
use shared_volume::config::{self, Cause, Outcome, PublishError, Request};
use shared_volume::message::Draft;
use shared_volume::time;
use shared_volume::wall::WallWriter;

/// How long a change may wait for the lock.
const DEADLINE: Duration = Duration::from_secs(5);

/// A change of a wall, with the event that brings it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Adds a message.
    Post {
        /// Its text.
        text: String,
        /// The event.
        event: String,
    },
    /// Takes a message off the wall.
    Remove {
        /// Its id.
        id: String,
        /// The event.
        event: String,
    },
    /// Takes all messages off the wall.
    Clear {
        /// The event.
        event: String,
    },
    /// Changes the title of the wall.
    Title {
        /// The new title.
        title: String,
        /// The event.
        event: String,
    },
}

/// The answer to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// It was made.
    Made {
        /// An earlier try with the same event had made it.
        repeated: bool,
        /// The error of what is done after a change, and may fail without harm to it.
        warning: Option<String>,
    },
    /// It was not made, or nobody knows.
    Failed {
        /// The stable name of the error.
        name: String,
        /// The text of the error.
        message: String,
    },
}

impl Change {
    /// Makes the change.
    pub fn make(&self, writer: &mut WallWriter) -> Changed {
        self.try_make(writer).unwrap_or_else(|(name, message)| Changed::Failed { name, message })
    }

    fn try_make(&self, writer: &mut WallWriter) -> Result<Changed, (String, String)> {
        let deadline = Instant::now() + DEADLINE;
        let (repeated, warning) = match self {
            Self::Post { text, event } => {
                let (author, event) = (Some("ann".to_owned()), Some(event.clone()));
                let draft = Draft { author, text: text.clone(), event, received: time::now() };
                let mut batch = writer.append(&[draft], deadline).map_err(|error| named(error.name(), &error))?;
                let appended = batch.answers.remove(0).map_err(|refusal| named(refusal.name(), &refusal))?;
                (appended.repeated, batch.compaction_failed.map(|error| error.to_string()))
            }
            Self::Remove { id, event } => {
                let removed = writer.remove(id, None, Some(event), deadline).map_err(|error| change_failed(&error))?;
                (removed.repeated, None)
            }
            Self::Clear { event } => {
                let cleared = writer.clear(Some(event), deadline).map_err(|error| change_failed(&error))?;
                (cleared.repeated, None)
            }
            Self::Title { title, event } => {
                let cause = Cause { source: "test".to_owned(), event: Some(event.clone()), ..Cause::default() };
                let change = config::Change::Patch(json!({ "title": title }));
                let request = Request { change, expected_generation: None, cause };
                let failed = |error: PublishError| named(error.name(), &error);
                let outcome = writer.publish(request, deadline).map_err(failed)?;
                (matches!(outcome, Outcome::Repeated(_)), None)
            }
        };
        Ok(Changed::Made { repeated, warning })
    }
}

fn change_failed(error: &ChangeError) -> (String, String) {
    match error {
        ChangeError::Refused(refusal) => named(refusal.name(), refusal),
        ChangeError::Write(write) => named(write.name(), write),
    }
}

fn named(name: &str, error: &impl std::fmt::Display) -> (String, String) {
    (name.to_owned(), error.to_string())
}
