//! Answers.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

const JSON: &str = "application/json";

/// The type of text, which is that of metrics.
pub(super) const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Returns an error in the form that all programs of this workspace use.
pub(super) fn fail(status: StatusCode, error: &str, message: &str) -> Response<Full<Bytes>> {
    json(status, &serde_json::json!({ "error": error, "message": message, "field": null }))
}

pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response<Full<Bytes>> {
    match serde_json::to_vec(body) {
        Ok(body) => respond(status, JSON, body),
        Err(error) => respond(StatusCode::INTERNAL_SERVER_ERROR, TEXT, error.to_string()),
    }
}

pub(super) fn respond(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
