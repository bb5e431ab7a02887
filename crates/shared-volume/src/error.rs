//! Errors, each with a stable name.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use ulid::Ulid;

use crate::limits::{MAX_AUTHOR_CHARS, MAX_EVENT_BYTES};
use crate::open::ForeignFile;
use crate::volume::MissingVolume;

/// A write that failed. It may succeed later.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Other writers held the lock until the deadline. Nothing was written.
    #[error("other writers held the wall's lock for {} ms; try again", waited.as_millis())]
    Busy {
        /// The time spent waiting.
        waited: Duration,
    },
    /// The volume failed. The message names the operation and the path.
    #[error(transparent)]
    Volume(#[from] io::Error),
}

impl WriteError {
    /// Returns the stable name: `wall_busy`, `volume_missing`, `volume_full`, `volume_read_only`, `volume_forbidden`,
    /// `volume_stale`, `volume_foreign` or `volume_error`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "wall_busy",
            Self::Volume(error) if MissingVolume::is_cause_of(error) => "volume_missing",
            Self::Volume(error) if ForeignFile::of(error).is_some() => "volume_foreign",
            Self::Volume(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "volume_full",
                io::ErrorKind::ReadOnlyFilesystem => "volume_read_only",
                io::ErrorKind::PermissionDenied => "volume_forbidden",
                io::ErrorKind::StaleNetworkFileHandle => "volume_stale",
                _ => "volume_error",
            },
        }
    }
}

/// Converts an error that occurred after the change had reached the volume to `volume_error`.
///
/// Names such as `volume_full` promise that nothing was written, and a client may repeat the command without a check.
pub(crate) fn after_the_change(error: io::Error) -> io::Error {
    io::Error::other(error)
}

/// A command that breaks a rule. Nothing was written, and repeating the command has the same result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The configuration has `"posting":"closed"`.
    #[error("posting is closed on this wall")]
    PostingClosed,
    /// The text shows nothing: it is empty, or has only white space and invisible characters.
    #[error("text: the message is empty")]
    Empty,
    /// The text has more characters than `max_message_chars`.
    #[error("text: the message has {chars} characters, at most {max} are allowed")]
    TooLong {
        /// The number of characters of the text.
        chars: usize,
        /// The value of `max_message_chars`.
        max: usize,
    },
    /// The message contains one of `blocked_words`.
    #[error("{field}: contains the blocked word {word:?}")]
    BlockedWord {
        /// `text` or `author`.
        field: &'static str,
        /// The word, as the configuration contains it.
        word: String,
    },
    /// The author's name is empty, too long, or has more than one line.
    #[error("author: must be 1 to {MAX_AUTHOR_CHARS} characters on one line")]
    Author,
    /// The event id is empty or too long.
    #[error("event: must be 1 to {MAX_EVENT_BYTES} bytes")]
    Event,
    /// The event was applied before, with another payload or as another kind of command.
    #[error("event: {event:?} was used before for something else; send a new event id with a new command")]
    EventReused {
        /// The event id without its source.
        event: String,
    },
    /// A field of a label is wrong.
    #[error("{0}: is no part of a label")]
    Label(&'static str),
    /// The message that a label is for has no picture.
    #[error("id: the message {id:?} has no picture")]
    NoPicture {
        /// The id of the request.
        id: String,
    },
    /// `trash/` has no message of this wall that is missing.
    #[error("wall: nothing of the wall {wall} can be restored")]
    NothingToRestore {
        /// The wall of the request.
        wall: Ulid,
    },
    /// The wall would be too large with the restored messages.
    #[error("wall: {reason}")]
    NoRoom {
        /// The reason, with both sizes.
        reason: String,
    },
    /// No message on the wall has this id.
    #[error("id: there is no message {id:?} on this wall")]
    MessageUnknown {
        /// The id of the request.
        id: String,
    },
}

impl Refusal {
    /// Returns the refusal of a command whose event was applied before with another payload.
    pub(crate) fn event_reused(event: &str) -> Self {
        let event = event.split_once(':').map_or(event, |(_, id)| id).to_owned();
        Self::EventReused { event }
    }

    /// Returns the stable name, such as `posting_closed`.
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
            Self::Label(_) => "label_invalid",
            Self::NoPicture { .. } => "picture_missing",
            Self::NothingToRestore { .. } => "restore_nothing",
            Self::NoRoom { .. } => "restore_too_large",
            Self::MessageUnknown { .. } => "message_unknown",
        }
    }

    /// Returns the field of the command that is wrong, such as `text`. `None` if no field is.
    #[must_use]
    pub fn field(&self) -> Option<Cow<'static, str>> {
        let field = match self {
            Self::PostingClosed => return None,
            Self::Empty | Self::TooLong { .. } => "text",
            Self::BlockedWord { field, .. } => field,
            Self::Author => "author",
            Self::Event | Self::EventReused { .. } => "event",
            Self::Label(field) => field,
            Self::NothingToRestore { .. } | Self::NoRoom { .. } => "wall",
            Self::NoPicture { .. } | Self::MessageUnknown { .. } => "id",
        };
        Some(field.into())
    }
}

/// The error of a command that changes the wall.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The command breaks a rule. Nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The volume could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<io::Error> for ChangeError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Returns true if there was no room on the volume.
pub(crate) fn is_full<T>(result: &io::Result<T>) -> bool {
    result
        .as_ref()
        .is_err_and(|error| matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
}
