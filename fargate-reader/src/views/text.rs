//! Text of pieces, which is encoded once for all clients.
//!
//! A client that does not read keeps the bytes that are to be sent to it next. So large pieces are shared, also between one
//! state of the wall and the next. Small ones are joined: a write for each would cost more than a copy for all clients.

use std::sync::OnceLock;

use axum::body::Bytes;

use super::gzip::{Checksum, HEADER};
use super::piece::Piece;

/// The size in bytes from which a piece is shared and not copied.
const LARGE: usize = 4 * 1024;

/// The size in bytes from which joined pieces are a piece of their own.
const JOINED: usize = 64 * 1024;

/// Text that is the same for all clients.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pieces: Vec<Piece>,
    gzip: OnceLock<Vec<Bytes>>,
}

/// Joins pieces.
#[derive(Debug, Default)]
pub(crate) struct TextBuilder {
    pieces: Vec<Piece>,
    joined: Vec<u8>,
}

/// The encoding of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
}

impl Text {
    /// Returns the pieces.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Returns the length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.plain().len()).sum()
    }

    /// Returns the body of a response.
    pub(crate) fn body(&self, encoding: Encoding) -> Vec<Bytes> {
        match encoding {
            Encoding::Plain => self.pieces.iter().map(|piece| piece.plain().clone()).collect(),
            Encoding::Gzip => self.gzip.get_or_init(|| self.gzip()).clone(),
        }
    }

    fn gzip(&self) -> Vec<Bytes> {
        let mut checksum = Checksum::default();
        let mut body = vec![Bytes::from_static(&HEADER)];
        body.extend(self.pieces.iter().map(|piece| checksum.add(piece.deflated())));
        body.push(Bytes::copy_from_slice(&checksum.end()));
        let is_short = body.iter().map(Bytes::len).sum::<usize>() <= JOINED;
        if is_short { vec![body.concat().into()] } else { body }
    }
}

impl TextBuilder {
    /// Adds text, which is copied.
    pub(crate) fn push(&mut self, text: impl AsRef<[u8]>) {
        self.joined.extend_from_slice(text.as_ref());
        if self.joined.len() >= JOINED {
            self.close();
        }
    }

    /// Adds a piece. It is shared if it is large.
    pub(crate) fn push_piece(&mut self, piece: &Piece) {
        if piece.plain().len() < LARGE {
            return self.push(piece.plain());
        }
        self.close();
        self.pieces.push(piece.clone());
    }

    /// Returns the text.
    pub(crate) fn finish(mut self) -> Text {
        self.close();
        Text { pieces: self.pieces, gzip: OnceLock::new() }
    }

    fn close(&mut self) {
        if !self.joined.is_empty() {
            self.pieces.push(std::mem::take(&mut self.joined).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_are_joined_and_large_ones_are_shared() {
        let (large, small) = (Piece::from(vec![b'x'; LARGE]), Piece::from("b"));
        let mut text = TextBuilder::default();
        text.push("a");
        for piece in [&small, &large, &small] {
            text.push_piece(piece);
        }
        let text = text.finish();
        assert_eq!(text.len(), LARGE + 3);
        let body = text.body(Encoding::Plain);
        assert_eq!((&body[0][..], &body[2][..]), (&b"ab"[..], &b"b"[..]));
        assert!(text.pieces()[1].is(&large) && body[1].as_ptr() == large.plain().as_ptr());
    }
}
