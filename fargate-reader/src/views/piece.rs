//! Bytes that all clients share, plain and compressed.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

use super::gzip::{Deflated, deflate};

/// Text that is encoded once and shared by all clients. It is compressed when the first client needs that.
#[derive(Debug, Clone)]
pub(crate) struct Piece(Arc<Forms>);

#[derive(Debug)]
struct Forms {
    plain: Bytes,
    deflated: OnceLock<Deflated>,
}

impl Piece {
    /// Returns the text.
    pub(crate) fn plain(&self) -> &Bytes {
        &self.0.plain
    }

    /// Returns the text in a form that may stand anywhere in a gzip body.
    pub(crate) fn deflated(&self) -> &Deflated {
        self.0.deflated.get_or_init(|| deflate(&self.0.plain))
    }

    /// Returns true if both are the same piece, not only the same text.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Into<Bytes>> From<T> for Piece {
    fn from(plain: T) -> Self {
        Self(Arc::new(Forms { plain: plain.into(), deflated: OnceLock::new() }))
    }
}
