//! Bodies of responses that are sent in chunks.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::views::{MAX_JOINED, Pieces};

/// The number of bytes that may be waiting for one client.
const MAX_IN_FLIGHT: usize = 16 * 1024;

/// Returns a body of pieces that exist already.
pub(crate) fn body(pieces: Pieces) -> Body {
    let next = async |mut pieces: Pieces| pieces.next_chunk().map(|chunk| (Ok::<_, Infallible>(chunk), pieces));
    Body::from_stream(stream::unfold(pieces, next))
}

/// Returns a body of pieces that are made one by one, each after the previous one was sent. Otherwise the server would buffer
/// as many as possible for every client that does not read.
pub(crate) fn lazy_body(pieces: impl Iterator<Item = Result<Bytes, askama::Error>> + Send + 'static) -> Body {
    let room = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
    Body::from_stream(stream::unfold((Pieces::default(), pieces, room), async |(mut made, mut pieces, room)| {
        while made.len() < MAX_JOINED
            && let Some(piece) = pieces.next()
        {
            match piece {
                Ok(piece) => made.push(piece),
                Err(error) => return Some((Err(error), (made, pieces, room))),
            }
        }
        let chunk = made.next_chunk()?;
        let size = u32::try_from(chunk.len().min(MAX_IN_FLIGHT)).unwrap_or(0);
        let _room = Arc::clone(&room).acquire_many_owned(size).await.ok()?;
        Some((Ok(Bytes::from_owner(InFlight { chunk, _room })), (made, pieces, room)))
    }))
}

/// A chunk that occupies its share of the limit until it was sent.
struct InFlight {
    chunk: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for InFlight {
    fn as_ref(&self) -> &[u8] {
        &self.chunk
    }
}
