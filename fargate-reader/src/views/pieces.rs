//! Text in pieces, most of which are shared by all clients.
//!
//! A client that does not read keeps the bytes that are to be sent to it next. So bytes that are large and the same for
//! all clients are encoded once and never copied.

use std::collections::VecDeque;

use axum::body::Bytes;

/// The size in bytes below which pieces are sent together. That copies them, but a chunk for each would cost more.
const SMALL: usize = 1024;

/// The largest size in bytes of small pieces that are sent together.
pub(crate) const MAX_JOINED: usize = 2 * SMALL;

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

    /// Returns the length of all pieces together, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Removes and returns the next chunk to send: one large piece, or small ones together.
    pub(crate) fn next_chunk(&mut self) -> Option<Bytes> {
        let first = self.0.pop_front()?;
        let (mut joined, mut length) = (Vec::new(), first.len());
        while let Some(next) = self.0.front().filter(|next| length < SMALL && length + next.len() <= MAX_JOINED) {
            if joined.is_empty() {
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(next);
            length += next.len();
            self.0.pop_front();
        }
        Some(if joined.is_empty() { first } else { joined.into() })
    }
}

impl From<Bytes> for Pieces {
    fn from(piece: Bytes) -> Self {
        Self(VecDeque::from([piece]))
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
}
