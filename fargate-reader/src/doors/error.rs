//! Errors as clients see them.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wall_api::{ErrorBody, Outcome};

use crate::invoke::CallError;

/// An error response: `{"error":"<stable name>","message":"<what is wrong and where>","field":"<name or null>"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) body: ErrorBody,
    /// The outcome of the request. A client is asked to retry only if nothing was done.
    pub(crate) outcome: Outcome,
    /// The time in seconds after which a client may retry.
    retry_after: u64,
}

impl ApiError {
    /// Creates an error that is about no single field.
    pub(crate) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        let body = ErrorBody { error: error.into(), message: message.into(), field: None, status: None };
        Self { status, body, outcome: Outcome::Refused, retry_after: 1 }
    }

    /// Creates an error of one field, which its message names first.
    pub(crate) fn in_field(status: StatusCode, error: &'static str, field: &'static str, fault: &str) -> Self {
        Self::new(status, error, format!("{field}: {fault}")).about(field)
    }

    /// Returns the error as one of this field.
    pub(crate) fn about(mut self, field: &'static str) -> Self {
        self.body.field = Some(field.into());
        self
    }

    /// Returns the error with another outcome.
    pub(crate) fn with(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// Returns the error with another name.
    pub(crate) fn named(mut self, error: &'static str) -> Self {
        self.body.error = error.into();
        self
    }

    /// Returns the error with the time in seconds after which a client may retry. 1 s by default.
    pub(crate) fn after(self, seconds: u64) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// Returns the header `Retry-After` if a client may retry.
    pub(crate) fn retry_header(&self) -> Option<[(HeaderName, HeaderValue); 1]> {
        (self.outcome == Outcome::Retry).then(|| [(header::RETRY_AFTER, self.retry_after.into())])
    }

    /// Creates the error of an invalid parameter of the query.
    pub(crate) fn parameter(name: &'static str, fault: &str) -> Self {
        Self::in_field(StatusCode::BAD_REQUEST, "parameter_invalid", name, fault)
    }
}

// The percent-encoding of the path is invalid.
impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        let message = format!("the path of the address: {}", rejection.body_text());
        Self::new(StatusCode::BAD_REQUEST, "parameter_invalid", message)
    }
}

// A page that cannot be rendered is a fault of the reader.
impl From<askama::Error> for ApiError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "render_failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "render_failed", "the page could not be rendered")
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_GATEWAY);
        let outcome = error.outcome();
        Self { status, body: error.body(), outcome, retry_after: 1 }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self.body)).into_response();
        let headers = response.headers_mut();
        headers.extend(self.retry_header().into_iter().flatten());
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For clients that accept plain text; see `policy`.
        response.extensions_mut().insert(self);
        response
    }
}
