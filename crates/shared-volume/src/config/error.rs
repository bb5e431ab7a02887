//! Errors of a configuration.

use std::borrow::Cow;
use std::io;

use crate::error::{ChangeError, Refusal, WriteError};
use crate::limits::MAX_GENERATION;

/// The path of the whole document in a [`ConfigError`].
const WHOLE: &str = "configuration";

/// The first fault of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ConfigError {
    /// The path of the field, such as `banner.tone`; `configuration` for the whole document.
    pub path: String,
    /// The rule that the field breaks.
    pub problem: String,
    /// True if the path is a field of the command, beside the configuration.
    in_command: bool,
}

impl ConfigError {
    pub(super) fn at(path: String, problem: String) -> Self {
        Self { path, problem, in_command: false }
    }

    pub(super) fn whole(problem: String) -> Self {
        Self::at(WHOLE.to_owned(), problem)
    }

    /// Returns the error of a field of the command, such as `note`.
    pub(super) fn in_command(field: &str, problem: String) -> Self {
        Self { path: field.to_owned(), problem, in_command: true }
    }

    /// Returns the field of the command that is wrong: `config`, a field of it such as `config.banner.tone`, `patch` or
    /// `note`.
    #[must_use]
    pub fn field(&self) -> Cow<'static, str> {
        match self.path.as_str() {
            WHOLE => "config".into(),
            path if self.in_command => path.to_owned().into(),
            path => format!("config.{path}").into(),
        }
    }
}

/// The error of a publication. The configuration in force is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Another generation is in force than the request expected.
    #[error("expected_generation: {expected} was expected, {current} is in force")]
    Conflict {
        /// The generation that the request expected.
        expected: u64,
        /// The generation in force.
        current: u64,
    },
    /// The result would not be a valid configuration.
    #[error(transparent)]
    Invalid(#[from] ConfigError),
    /// The event id is invalid, or was used before for something else.
    #[error(transparent)]
    Refused(Refusal),
    /// The highest generation is in force.
    #[error(
        "generation: {MAX_GENERATION} is in force, and no generation can follow it; give config.json a lower one by hand"
    )]
    Exhausted,
    /// The generation of a rollback is not in the history.
    #[error("generation: {0} is not in the history")]
    UnknownGeneration(u64),
    /// Another version of the followed document was published while this one was read. The caller reads it again.
    #[error("the followed document was published by another environment while it was read")]
    SourceMoved,
    /// The volume could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl PublishError {
    /// Returns the stable name, such as `generation_conflict`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "generation_conflict",
            Self::Invalid(_) => "config_invalid",
            Self::Refused(refusal) => refusal.name(),
            Self::Exhausted => "generation_exhausted",
            Self::UnknownGeneration(_) => "generation_unknown",
            Self::SourceMoved => "source_moved",
            Self::Write(error) => error.name(),
        }
    }

    /// Returns the field of the command that is wrong, such as `config.title`. `None` if no field is.
    #[must_use]
    pub fn field(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Conflict { .. } => Some("expected_generation".into()),
            Self::Invalid(error) => Some(error.field()),
            Self::Refused(refusal) => refusal.field(),
            Self::UnknownGeneration(_) => Some("generation".into()),
            Self::Exhausted | Self::SourceMoved | Self::Write(_) => None,
        }
    }
}

impl From<io::Error> for PublishError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}

impl From<ChangeError> for PublishError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::Write(error) => Self::Write(error),
        }
    }
}
