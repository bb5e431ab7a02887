//! Errors of a publication.

use std::borrow::Cow;
use std::io;

use crate::error::{ChangeError, Refusal, WriteError};
use crate::limits::{MAX_FILE_BYTES, MAX_FILES, MAX_GENERATION, MAX_NOTE_CHARS};

/// The error of a publication. The file is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Another generation is in force than the request expected.
    #[error("expected_generation: {expected} was expected, {current} is in force")]
    Conflict {
        /// The generation that the request expected.
        expected: u64,
        /// The generation in force; 0 before the first publication.
        current: u64,
    },
    /// The content is too large.
    #[error("content: has {0} bytes, and must have at most {MAX_FILE_BYTES}")]
    TooLarge(usize),
    /// The content breaks a rule of the schema beside the file, or is not of the format that the name promises.
    #[error("content: {0}")]
    Content(String),
    /// The schema beside the file cannot be used, so that nothing can be published.
    #[error("schema.json: {0}")]
    Schema(String),
    /// The note is too long.
    #[error("note: must have at most {MAX_NOTE_CHARS} characters")]
    Note,
    /// There are as many names as the volume may have.
    #[error("name: there are {MAX_FILES} names in files/ already; delete the directory of one that is not needed")]
    TooMany,
    /// The event id is invalid, or was used before for something else.
    #[error(transparent)]
    Refused(Refusal),
    /// The highest generation is in the history.
    #[error("generation: {MAX_GENERATION} is in the history of the file, and no generation can follow it")]
    Exhausted,
    /// The generation of a rollback is not in the history.
    #[error("generation: {0} is not in the history of the file")]
    UnknownGeneration(u64),
    /// Another version of the followed document was published while this one was read. The caller reads it again.
    #[error("the followed document was published by another environment while it was read")]
    SourceMoved,
    /// The volume could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl FileError {
    /// Returns the stable name, such as `file_invalid`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "generation_conflict",
            Self::TooLarge(_) => "file_too_large",
            Self::Content(_) => "file_invalid",
            Self::Schema(_) => "schema_invalid",
            Self::Note => "note_too_long",
            Self::TooMany => "files_too_many",
            Self::Refused(refusal) => refusal.name(),
            Self::Exhausted => "generation_exhausted",
            Self::UnknownGeneration(_) => "generation_unknown",
            Self::SourceMoved => "source_moved",
            Self::Write(error) => error.name(),
        }
    }

    /// Returns the field of the command that is wrong, such as `content`. `None` if no field is.
    #[must_use]
    pub fn field(&self) -> Option<Cow<'static, str>> {
        let field = match self {
            Self::Conflict { .. } => "expected_generation",
            Self::TooLarge(_) | Self::Content(_) => "content",
            Self::Note => "note",
            Self::TooMany => "name",
            Self::UnknownGeneration(_) => "generation",
            Self::Refused(refusal) => return refusal.field(),
            Self::Schema(_) | Self::Exhausted | Self::SourceMoved | Self::Write(_) => return None,
        };
        Some(field.into())
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}

impl From<ChangeError> for FileError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::Write(error) => Self::Write(error),
        }
    }
}
