//! The bodies of requests, up to a limit.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;

/// The longest payload of a synchronous invocation and of its answer, in bytes.
pub(super) const SYNCHRONOUS_LIMIT: usize = 6_291_556;

/// The longest payload of an asynchronous invocation, in bytes.
pub(super) const ASYNCHRONOUS_LIMIT: usize = 1_048_576;

/// The longest body of a request to the HTTP API, in bytes.
pub(super) const HTTP_LIMIT: usize = 10 * 1024 * 1024;

/// The number of bytes beyond the limit that are read and thrown away. A client that still writes when the connection is
/// closed may never see the response.
const DRAIN_LIMIT: usize = 64 * 1024 * 1024;

/// The reason why there is no body.
#[derive(Debug)]
pub(super) enum BodyError {
    /// The body is longer than the limit.
    TooLong,
    /// The client hung up.
    Broken,
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut chunks = body.into_data_stream();
    let mut read = Vec::new();
    let mut length = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        length += chunk.len();
        if length <= limit {
            read.extend_from_slice(&chunk);
        } else if length > limit + DRAIN_LIMIT {
            break;
        }
    }
    if length > limit { Err(BodyError::TooLong) } else { Ok(read.into()) }
}
