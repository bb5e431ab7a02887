//! Bodies of responses that are sent in chunks.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use axum::body::{Body, Bytes, HttpBody};
use futures_util::stream;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The number of bytes that may be waiting for one client.
const MAX_IN_FLIGHT: usize = 16 * 1024;

/// The size in bytes below which pieces are sent together. That copies them, but a chunk for each would cost more.
const SMALL: usize = 1024;

/// A body of chunks that exist already. All clients share them.
struct Chunks {
    rest: vec::IntoIter<Bytes>,
    /// The number of bytes in them.
    length: u64,
}

/// Returns a body of chunks that exist already. Its length is known.
pub(crate) fn body(chunks: Vec<Bytes>) -> Body {
    let length = chunks.iter().map(|chunk| chunk.len() as u64).sum();
    Body::new(Chunks { rest: chunks.into_iter(), length })
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.rest.next();
        self.length -= next.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Poll::Ready(next.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// Returns a body of pieces that are made one by one, each after the previous one was sent. Otherwise the server would buffer
/// as many as possible for every client that does not read.
pub(crate) fn lazy_body(pieces: impl Iterator<Item = Result<Bytes, askama::Error>> + Send + 'static) -> Body {
    let room = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
    Body::from_stream(stream::unfold((pieces, room), async |(mut pieces, room)| {
        let chunk = match next_chunk(&mut pieces)? {
            Ok(chunk) => chunk,
            Err(error) => return Some((Err(error), (pieces, room))),
        };
        let size = u32::try_from(chunk.len().min(MAX_IN_FLIGHT)).unwrap_or(0);
        let _room = Arc::clone(&room).acquire_many_owned(size).await.ok()?;
        Some((Ok(Bytes::from_owner(InFlight { chunk, _room })), (pieces, room)))
    }))
}

/// Returns one large piece, or small ones together; `None` if there are no more.
fn next_chunk(pieces: &mut impl Iterator<Item = Result<Bytes, askama::Error>>) -> Option<Result<Bytes, askama::Error>> {
    let mut joined = Vec::new();
    for piece in pieces {
        match piece {
            Ok(piece) if joined.is_empty() && piece.len() >= SMALL => return Some(Ok(piece)),
            Ok(piece) => joined.extend_from_slice(&piece),
            Err(error) => return Some(Err(error)),
        }
        if joined.len() >= SMALL {
            break;
        }
    }
    (!joined.is_empty()).then(|| Ok(joined.into()))
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
