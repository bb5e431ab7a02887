//! The newest messages as JSON, encoded once for all who ask for them.

use axum::body::Bytes;

use super::text::{Encoding, Text};

/// The newest messages, encoded once for all who ask for them.
#[derive(Debug)]
pub(crate) struct MessagesText {
    /// The tag of this version, for the header `ETag`.
    pub(crate) etag: String,
    text: Text,
}

impl MessagesText {
    pub(super) fn new(etag: String, text: Text) -> Self {
        Self { etag, text }
    }

    /// Returns the length of the text in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Returns the body of a response.
    pub(crate) fn body(&self, encoding: Encoding) -> Vec<Bytes> {
        self.text.body(encoding)
    }
}
