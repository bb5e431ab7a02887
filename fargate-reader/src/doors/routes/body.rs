//! Bodies of requests: their media type, size and encoding.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt;
use mime::Mime;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use wall_api::MAX_BODY_BYTES;

use crate::doors::error::ApiError;

/// The number of bytes beyond the limit that are read and discarded. A client that is still sending would otherwise not read
/// the reason of the refusal.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// The largest body of a client that has not proved anything yet.
const MAX_SHORT_BYTES: usize = 8 * 1024;

/// The size of a body from which it needs a place in memory.
const SMALL_BYTES: usize = 16 * 1024;

/// The places for bodies that are larger. Clients that send many slowly wait for each other, and for nobody with a short message.
static LARGE: Semaphore = Semaphore::const_new(128);

/// The longest time that a client has to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A media type of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    Text,
    Form,
}

impl MediaType {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// Returns the media type of the body, which has to be one of those that are `expected`, in UTF-8.
///
/// # Errors
/// Returns `content_type_unsupported`.
pub(super) fn media_type(headers: &HeaderMap, expected: &[MediaType]) -> Result<MediaType, ApiError> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_utf8 = |mime: &Mime| mime.get_param(mime::CHARSET).is_none_or(|charset| charset == mime::UTF_8);
    let mime = sent.parse::<Mime>().ok().filter(is_utf8);
    let found =
        mime.and_then(|mime| expected.iter().find(|media_type| mime.essence_str() == media_type.name()).copied());
    found.ok_or_else(|| {
        let names: Vec<_> = expected.iter().map(|media_type| media_type.name()).collect();
        let fault = format!("must be {} in UTF-8, is {sent:?}", names.join(" or "));
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        ApiError::in_field(status, "content_type_unsupported", "Content-Type", &fault)
    })
}

/// Reads a body of at most [`MAX_BODY_BYTES`], within [`BODY_TIMEOUT`].
///
/// # Errors
/// Returns `body_too_large`, `body_too_slow`, or `body_malformed` if the connection breaks.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    read_up_to(MAX_BODY_BYTES, body).await
}

/// Reads a body of at most [`MAX_SHORT_BYTES`], within [`BODY_TIMEOUT`], for clients that have not proved anything yet.
///
/// # Errors
/// Returns the errors of [`read`].
pub(super) async fn read_short(body: Body) -> Result<Vec<u8>, ApiError> {
    read_up_to(MAX_SHORT_BYTES, body).await
}

async fn read_up_to(most: usize, body: Body) -> Result<Vec<u8>, ApiError> {
    tokio::time::timeout(BODY_TIMEOUT, read_all(most, body)).await.unwrap_or_else(|_elapsed| {
        let message = format!("the body was not complete after {} s", BODY_TIMEOUT.as_secs());
        Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", message))
    })
}

async fn read_all(most: usize, body: Body) -> Result<Vec<u8>, ApiError> {
    let (mut stream, mut bytes, mut length) = (body.into_data_stream(), Vec::new(), 0);
    let mut place = None;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| malformed(format!("the body broke off: {error}")))?;
        length += chunk.len();
        if length <= most {
            if length > SMALL_BYTES && place.is_none() {
                place = LARGE.acquire().await.ok();
            }
            bytes.extend_from_slice(&chunk);
        } else if length > most + MAX_DISCARDED_BYTES {
            break;
        }
    }
    if length > most {
        let message = format!("the body is larger than {most} bytes");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message));
    }
    Ok(bytes)
}

/// Decodes a body that is text.
///
/// # Errors
/// Returns `body_not_utf8`.
pub(super) fn text(body: Vec<u8>) -> Result<String, ApiError> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = body[..] {
        return Err(not_utf8("the body is UTF-16, by its byte order mark: send UTF-8"));
    }
    String::from_utf8(body).map_err(|error| not_utf8(format!("the body is not UTF-8: {}", error.utf8_error())))
}

/// Parses a body that is a JSON object. Serde would take the items of an array for the fields, in their order. A byte order mark is skipped, as RFC 8259 allows.
///
/// # Errors
/// Returns `body_not_utf8` or `body_malformed`.
pub(super) fn json<T: DeserializeOwned>(body: Vec<u8>) -> Result<T, ApiError> {
    // JSON begins with two ASCII characters, and in UTF-16 one byte of each is zero.
    if let [0, _, 0, _, ..] | [_, 0, _, 0, ..] = body[..] {
        return Err(not_utf8("the JSON in the body is UTF-16: send UTF-8"));
    }
    let body = text(body)?;
    let body = body.strip_prefix('\u{feff}').unwrap_or(&body);
    let parsed = serde_json::from_str(body).map_err(|error| malformed(format!("the JSON in the body: {error}")))?;
    let is_object = body.trim_start().starts_with('{');
    if is_object { Ok(parsed) } else { Err(malformed("the JSON in the body: must be an object")) }
}

/// Creates the error `body_malformed`.
pub(super) fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "body_malformed", message)
}

/// Creates the error `body_not_utf8`.
pub(super) fn not_utf8(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "body_not_utf8", message)
}
