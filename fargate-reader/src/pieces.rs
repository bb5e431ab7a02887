//! Text that is sent in pieces, most of which are shared by everybody who is sent them.
//!
//! A client that does not read holds up what it was to be sent next. So what is large, and the same for all, is encoded
//! once and never copied for one of them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Pieces below this size are sent together, which copies them; an own chunk for each would cost more.
const SMALL: usize = 1024;

/// The most that small pieces come to together.
const TOGETHER: usize = 2 * SMALL;

/// How many bytes that belong to one client alone may be under way to it.
const UNDER_WAY: usize = 16 * 1024;

/// Text in pieces.
#[derive(Debug, Default)]
pub(crate) struct Pieces(VecDeque<Bytes>);

impl Pieces {
    pub(crate) fn push(&mut self, piece: impl Into<Bytes>) {
        self.0.push_back(piece.into());
    }

    pub(crate) fn extend(&mut self, pieces: Self) {
        self.0.extend(pieces.0);
    }

    /// How long all pieces are together.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// What is sent next.
    pub(crate) fn next_chunk(&mut self) -> Option<Bytes> {
        let first = self.0.pop_front()?;
        let (mut together, mut length) = (Vec::new(), first.len());
        while let Some(next) = self.0.front().filter(|next| length < SMALL && length + next.len() <= TOGETHER) {
            if together.is_empty() {
                together.extend_from_slice(&first);
            }
            together.extend_from_slice(next);
            length += next.len();
            self.0.pop_front();
        }
        Some(if together.is_empty() { first } else { together.into() })
    }

    pub(crate) fn into_body(self) -> Body {
        let next = async |mut pieces: Self| pieces.next_chunk().map(|chunk| (Ok::<_, Infallible>(chunk), pieces));
        Body::from_stream(stream::unfold(self, next))
    }
}

/// Sends pieces that are made when their turn comes: the next one only when the one before it is on its way. Else the
/// server would take as many as fit into its own buffer, for every client that does not read.
pub(crate) fn body_of(made: impl Iterator<Item = Result<Bytes, askama::Error>> + Send + 'static) -> Body {
    let room = Arc::new(Semaphore::new(UNDER_WAY));
    Body::from_stream(stream::unfold((Pieces::default(), made, room), async |(mut pieces, mut made, room)| {
        while pieces.len() < TOGETHER
            && let Some(piece) = made.next()
        {
            match piece {
                Ok(piece) => pieces.push(piece),
                Err(error) => return Some((Err(error), (pieces, made, room))),
            }
        }
        let chunk = pieces.next_chunk()?;
        let takes = u32::try_from(chunk.len().min(UNDER_WAY)).unwrap_or(0);
        let _room = Arc::clone(&room).acquire_many_owned(takes).await.ok()?;
        Some((Ok(Bytes::from_owner(UnderWay { chunk, _room })), (pieces, made, room)))
    }))
}

/// A chunk that takes up room until it was sent.
struct UnderWay {
    chunk: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for UnderWay {
    fn as_ref(&self) -> &[u8] {
        &self.chunk
    }
}

impl From<Bytes> for Pieces {
    fn from(piece: Bytes) -> Self {
        Self(VecDeque::from([piece]))
    }
}

/// Rendered HTML, as a page has it and as a string in JSON has it.
#[derive(Debug, Clone)]
pub(crate) struct Html {
    pub(crate) text: Bytes,
    /// Escaped, without the quotes around it.
    pub(crate) escaped: Bytes,
}

impl From<String> for Html {
    fn from(html: String) -> Self {
        let quoted = Bytes::from(serde_json::Value::from(html.as_str()).to_string());
        Self { text: html.into(), escaped: quoted.slice(1..quoted.len() - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_go_together_and_large_ones_are_not_copied() {
        let large = Bytes::from(vec![b'x'; 5_000]);
        let mut pieces = Pieces::default();
        for piece in [Bytes::from("a"), Bytes::from("b"), large.clone(), Bytes::from("c")] {
            pieces.push(piece);
        }
        assert_eq!(pieces.len(), 5_003);
        assert_eq!(pieces.next_chunk().unwrap(), "ab");
        assert_eq!(pieces.next_chunk().unwrap().as_ptr(), large.as_ptr());
        assert_eq!((pieces.next_chunk().unwrap(), pieces.next_chunk()), (Bytes::from("c"), None));
    }

    #[test]
    fn html_is_escaped_for_json() {
        let html = Html::from("<p>\"ü\"\n</p>".to_owned());
        assert_eq!((&html.text[..], &html.escaped[..]), ("<p>\"ü\"\n</p>".as_bytes(), r#"<p>\"ü\"\n</p>"#.as_bytes()));
    }
}
