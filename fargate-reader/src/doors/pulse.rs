//! Events that all streams send at the same time.

use crate::views::Piece;

/// The news for all streams.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// The newest `status` event; `None` before the first.
    pub(crate) status: Option<Piece>,
    /// The number of beats until now.
    pub(crate) beats: u64,
}
