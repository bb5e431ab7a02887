//! The state of posting.

use serde::Serialize;

/// The state of posting in the reader's snapshot. The function makes the decision when a message is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PostingState {
    /// Messages are accepted.
    Open,
    /// The configuration has `"posting":"closed"`.
    Closed,
    /// No function is configured.
    Unavailable,
}

impl PostingState {
    /// Returns the name that the page's script reads.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unavailable => "unavailable",
        }
    }
}
