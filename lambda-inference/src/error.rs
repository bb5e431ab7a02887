//! Failures: the reasons why a picture was not classified. Each has a stable name and an HTTP status.

use lambda_runtime::Diagnostic;
use wall_api::ErrorBody;

/// The reason why a picture was not classified.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    problem: Problem,
    field: Option<&'static str>,
    message: String,
}

/// The kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant has the words of its stable name")]
pub enum Problem {
    EventUnknown,
    FileMissing,
    MethodUnsupported,
    ModelFailed,
    ModelInvalid,
    ModelMissing,
    PictureInvalid,
    PictureMissing,
    PictureNotYet,
    PictureTooLarge,
    TopInvalid,
    UrlForbidden,
    UrlInvalid,
    UrlUnreachable,
    VolumeError,
}

impl Problem {
    /// Returns the stable name, such as `picture_invalid`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EventUnknown => "event_unknown",
            Self::FileMissing => "file_missing",
            Self::MethodUnsupported => "method_unsupported",
            Self::ModelFailed => "model_failed",
            Self::ModelInvalid => "model_invalid",
            Self::ModelMissing => "model_missing",
            Self::PictureInvalid => "picture_invalid",
            Self::PictureMissing => "picture_missing",
            Self::PictureNotYet => "picture_not_yet",
            Self::PictureTooLarge => "picture_too_large",
            Self::TopInvalid => "top_invalid",
            Self::UrlForbidden => "url_forbidden",
            Self::UrlInvalid => "url_invalid",
            Self::UrlUnreachable => "url_unreachable",
            Self::VolumeError => "volume_error",
        }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::EventUnknown | Self::PictureMissing | Self::TopInvalid | Self::UrlInvalid => 400,
            Self::UrlForbidden => 403,
            Self::FileMissing => 404,
            Self::MethodUnsupported => 405,
            Self::PictureTooLarge => 413,
            Self::PictureInvalid => 422,
            Self::ModelFailed => 500,
            Self::UrlUnreachable => 502,
            Self::ModelInvalid | Self::ModelMissing | Self::PictureNotYet | Self::VolumeError => 503,
        }
    }

    /// Returns true if the same event may succeed later.
    fn is_transient(self) -> bool {
        matches!(self, Self::ModelInvalid | Self::ModelMissing | Self::PictureNotYet | Self::VolumeError)
    }
}

impl Failure {
    /// Returns a failure that is about no field of the request.
    pub(crate) fn new(problem: Problem, message: impl Into<String>) -> Self {
        Self { problem, field: None, message: message.into() }
    }

    /// Returns a failure of one field, which its message names first.
    pub(crate) fn in_field(problem: Problem, field: &'static str, fault: impl std::fmt::Display) -> Self {
        Self { problem, field: Some(field), message: format!("{field}: {fault}") }
    }

    /// Returns the kind of failure.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// Returns true if the same event may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.problem.is_transient()
    }

    /// Returns the error as clients see it.
    pub(crate) fn body(&self) -> ErrorBody {
        let field = self.field.map(Into::into);
        ErrorBody { error: self.problem.name().into(), message: self.message.clone(), field, status: None }
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.problem.name().to_owned(), error_message: failure.message }
    }
}
