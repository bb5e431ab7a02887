//! The bytes of one stream, plain or compressed.

use axum::body::Bytes;

use crate::views::{Checksum, Encoding, HEADER, Piece};

/// The bytes of one stream. Compressed or not, the pieces are shared with all other streams.
#[derive(Debug)]
pub(super) enum Output {
    Plain,
    /// Nothing was sent.
    GzipBegins,
    /// The checksum of what was sent.
    Gzip(Checksum),
    Ended,
}

impl Output {
    pub(super) fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Plain => Self::Plain,
            Encoding::Gzip => Self::GzipBegins,
        }
    }

    /// Returns true if the end was sent.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self, Self::Ended)
    }

    /// Returns the bytes of a piece.
    pub(super) fn chunk(&mut self, piece: &Piece) -> Bytes {
        match self {
            Self::Plain | Self::Ended => piece.plain().clone(),
            Self::Gzip(checksum) => checksum.add(piece.deflated()),
            Self::GzipBegins => {
                let mut checksum = Checksum::default();
                let first = [&HEADER[..], &checksum.add(piece.deflated())].concat().into();
                *self = Self::Gzip(checksum);
                first
            }
        }
    }

    /// Ends the stream, and returns the bytes behind the last piece if there are any.
    pub(super) fn end(&mut self) -> Option<Bytes> {
        match std::mem::replace(self, Self::Ended) {
            Self::Plain | Self::Ended | Self::GzipBegins => None,
            Self::Gzip(checksum) => Some(Bytes::copy_from_slice(&checksum.end())),
        }
    }
}
