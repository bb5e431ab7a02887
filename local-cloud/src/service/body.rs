//! Reading a request's body up to a limit.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;

/// The longest payload of a synchronous invocation and of its answer, in bytes.
pub(super) const SYNCHRONOUS_LIMIT: usize = 6_291_556;

/// The longest payload of an asynchronous invocation, in bytes.
pub(super) const ASYNCHRONOUS_LIMIT: usize = 1_048_576;

/// The longest body the HTTP API takes, in bytes.
pub(super) const HTTP_LIMIT: usize = 10 * 1024 * 1024;

/// How much more than the limit is read and thrown away, in bytes. A client that still writes when the connection
/// is closed may never see the answer.
const DRAIN_LIMIT: usize = 64 * 1024 * 1024;

/// Why there is no body.
#[derive(Debug)]
pub(super) enum BodyError {
    TooLong,
    /// The client hung up.
    Broken,
}

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
