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
}

impl ApiError {
    /// A refusal with a name of the reader's.
    pub(crate) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error: Cow::Borrowed(error), message: message.into() }
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
        // What a silent volume was told may have been written: whoever just sends it again would double it.
        if self.status == StatusCode::SERVICE_UNAVAILABLE && self.error != "volume_silent" {
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
