//! The changes of a wall that the fault tests make, with the crate that the function uses.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared_volume::ChangeError;
use shared_volume::config::{self, Cause, Outcome, PublishError, Request};
use shared_volume::files::{FileChange, FileError, FileOutcome, FileRequest};
use shared_volume::message::Draft;
use shared_volume::time;
use shared_volume::wall::WallWriter;

/// The time that a change may wait for the lock.
const DEADLINE: Duration = Duration::from_secs(5);

/// The name of the file that a change publishes.
pub const FILE: &str = "app.yaml";

/// A change of a wall, with the id of its event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Appends a message.
    Post {
        /// The text of the message.
        text: String,
        /// The event id.
        event: String,
    },
    /// Removes a message.
    Remove {
        /// The id of the message.
        id: String,
        /// The event id.
        event: String,
    },
    /// Clears the wall.
    Clear {
        /// The event id.
        event: String,
    },
    /// Publishes the file [`FILE`].
    File {
        /// The content.
        content: String,
        /// The event id.
        event: String,
    },
    /// Changes the title of the wall.
    Title {
        /// The new title.
        title: String,
        /// The event id.
        event: String,
    },
}

/// The answer to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// The change was made.
    Made {
        /// True if an earlier attempt with the same event id made the change.
        repeated: bool,
        /// The error of the compaction after the change, which does not undo the change.
        warning: Option<String>,
    },
    /// The change failed. With some errors it may have been made all the same.
    Failed {
        /// The stable name of the error.
        name: String,
        /// The text of the error.
        message: String,
    },
}

impl Change {
    /// Makes the change and returns the answer.
    pub fn make(&self, writer: &mut WallWriter) -> Changed {
        self.try_make(writer).unwrap_or_else(|(name, message)| Changed::Failed { name, message })
    }

    fn try_make(&self, writer: &mut WallWriter) -> Result<Changed, (String, String)> {
        let deadline = Instant::now() + DEADLINE;
        let (repeated, warning) = match self {
            Self::Post { text, event } => {
                let (author, event) = (Some("ann".to_owned()), Some(event.clone()));
                let draft = Draft { author, text: text.clone(), picture: None, event, received: time::now() };
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
            Self::File { content, event } => {
                let name = FILE.parse().map_err(|error| named("file_name_invalid", &error))?;
                let change = FileChange::Content(content.clone().into_bytes());
                let request = FileRequest { name, change, expected_generation: None, cause: cause(event) };
                let failed = |error: FileError| named(error.name(), &error);
                let outcome = writer.publish_file(request, &|_, _, _| Ok(()), deadline).map_err(failed)?;
                (matches!(outcome, FileOutcome::Repeated(_)), None)
            }
            Self::Title { title, event } => {
                let change = config::Change::Patch(json!({ "title": title }));
                let request = Request { change, expected_generation: None, cause: cause(event) };
                let failed = |error: PublishError| named(error.name(), &error);
                let outcome = writer.publish(request, deadline).map_err(failed)?;
                (matches!(outcome, Outcome::Repeated(_)), None)
            }
        };
        Ok(Changed::Made { repeated, warning })
    }
}

fn cause(event: &str) -> Cause {
    Cause { source: "test".to_owned(), event: Some(event.to_owned()), ..Cause::default() }
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
