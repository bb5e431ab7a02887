//! Why a request was refused, as clients see it.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A refusal: `{"error":"<stable name>","message":"<what is wrong and where>"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ApiError {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// The stable name.
    pub(crate) error: Cow<'static, str>,
    /// What is wrong and where.
    pub(crate) message: String,
    #[serde(skip)]
    pub(crate) outcome: Outcome,
}

/// What became of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was done, and the same request will fail again.
    Refused,
    /// Nothing was done, and the same request may succeed later.
    Retry,
    /// It may have been done. Whoever just sends it again, without its key, may double it.
    Unknown,
}

impl ApiError {
    /// A refusal with a name of the reader's.
    pub(crate) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, error: Cow::Borrowed(error), message, outcome: Outcome::Refused }
    }

    /// The same, with another outcome.
    pub(crate) fn with(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// A parameter in the query that makes no sense.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_invalid", message)
    }
}

/// A page that could not be rendered is the reader's fault, and nothing that a client could mend.
impl From<askama::Error> for ApiError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "render_failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "render_failed", "the page could not be rendered")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        let headers = response.headers_mut();
        if self.outcome == Outcome::Retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For whoever asked for plain text; see `policy`.
        response.extensions_mut().insert(self);
        response
    }
}
