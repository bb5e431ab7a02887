//! The state of posting.

use serde::Serialize;

/// The state of posting, as far as the reader knows: the function decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PostingState {
    /// Everybody may post.
    Open,
    /// The configuration forbids it.
    Closed,
    /// No function is configured that could write.
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
