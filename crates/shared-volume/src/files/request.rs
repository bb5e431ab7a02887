//! A request to publish a file.

use std::io;

use super::content::sha256;
use super::error::FileError;
use super::name::FileName;
use super::state::Fault;
use crate::cause::Cause;
use crate::digest::Digest;
use crate::limits::{MAX_FILE_BYTES, MAX_NOTE_CHARS};
use crate::retries::payload;
use crate::source::{SourceDocument, Unchanged};

/// Checks bytes before they are published: `(name, schema, bytes)`, where the schema is what lies beside the file.
///
/// It is the caller's, so that this crate needs no validator. It returns [`FileError::Content`] or [`FileError::Schema`].
pub type Validate<'a> = dyn Fn(&FileName, &[u8], &[u8]) -> Result<(), FileError> + 'a;

/// A change of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum FileChange {
    /// These bytes.
    Content(Vec<u8>),
    /// The bytes of an earlier generation.
    Rollback(u64),
    /// The bytes of a followed document.
    Source(Box<SourceDocument<Vec<u8>>>),
}

/// A request to publish a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRequest {
    /// The name of the file.
    pub name: FileName,
    /// The change.
    pub change: FileChange,
    /// The generation that must be in force; 0 if the file must not have been published. `None` accepts any.
    pub expected_generation: Option<u64>,
    /// The cause that is stored with the file. Its `at` is set when it is published.
    pub cause: Cause,
}

/// A generation of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The generation.
    pub generation: u64,
    /// The SHA-256 digest of its bytes, as 64 hexadecimal digits. `None` if it is not in the history any more.
    pub sha256: Option<String>,
}

/// The result of a successful request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOutcome {
    /// The generation that is in force now.
    Published {
        /// The generation.
        version: FileVersion,
        /// The fault of `current` that this publication has ended: what another program had written is gone.
        ended: Option<Fault>,
    },
    /// The generation that an earlier attempt with the same event id published.
    Repeated(FileVersion),
    /// The generation in force, because the followed document is not newer than it.
    Unchanged(FileVersion, Unchanged),
}

impl FileRequest {
    /// Checks the request and returns its digest. A retry has the same digest.
    pub(crate) fn payload(&self) -> Result<Digest, FileError> {
        if self.cause.note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE_CHARS) {
            return Err(FileError::Note);
        }
        let change = match &self.change {
            FileChange::Content(bytes) => ("content", sha256(bytes)),
            FileChange::Rollback(generation) => ("rollback", generation.to_string()),
            // A retry of the event may read another version of the document.
            FileChange::Source(source) => ("source", source.name.clone()),
        };
        let text = serde_json::to_vec(&(&self.name, change, self.expected_generation, &self.cause.note));
        Ok(payload::file(&text.map_err(io::Error::from)?))
    }
}

/// Checks the length of a content.
pub(super) fn check_length(bytes: &[u8]) -> Result<(), FileError> {
    if bytes.len() as u64 <= MAX_FILE_BYTES { Ok(()) } else { Err(FileError::TooLarge(bytes.len())) }
}
