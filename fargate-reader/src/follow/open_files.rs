//! Files that are closed late.

use std::fs::File;
use std::sync::Arc;

/// The files that a scan has read. Dropping it closes them.
///
/// Closing a file is a round trip on a network mount, so the thread drops this after it has published.
#[derive(Debug, Default)]
pub(super) struct OpenFiles(Vec<Arc<File>>);

impl OpenFiles {
    /// Keeps a file open until this is dropped.
    pub(super) fn keep(&mut self, file: Option<impl Into<Arc<File>>>) {
        self.0.extend(file.map(Into::into));
    }
}
