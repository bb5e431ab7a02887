//! The limits of requests and replies.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The largest number of messages that one request reads.
pub const MAX_READ: usize = 10_000;

/// The number of messages that a request reads by default.
pub const DEFAULT_READ: usize = 100;

/// The largest number of messages that one command adds.
pub const MAX_BATCH: usize = 10_000;

/// The number of messages on a page.
pub const PAGE_MESSAGES: usize = 100;

/// The largest body of a request to the reader, in bytes. The longest message takes a small part of it, even with every
/// character escaped.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// The longest key of a request, in characters.
pub const MAX_EVENT_CHARS: usize = 256;

/// The largest number of bytes of messages in a reply of the function. Lambda allows 6 MB, which includes the JSON around
/// them.
pub const MAX_REPLY_BYTES: usize = 5_500_000;

/// The number of messages to read: 1 to [`MAX_READ`], [`DEFAULT_READ`] by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "usize")]
pub struct ReadLimit(usize);

impl ReadLimit {
    /// Returns the number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for ReadLimit {
    fn default() -> Self {
        Self(DEFAULT_READ)
    }
}

impl From<ReadLimit> for usize {
    fn from(limit: ReadLimit) -> Self {
        limit.0
    }
}

impl TryFrom<i64> for ReadLimit {
    type Error = String;

    fn try_from(limit: i64) -> Result<Self, String> {
        let fits = usize::try_from(limit).ok().filter(|limit| (1..=MAX_READ).contains(limit));
        fits.map(Self).ok_or_else(|| format!("must be 1 to {MAX_READ}, is {limit}"))
    }
}

impl FromStr for ReadLimit {
    type Err = String;

    fn from_str(limit: &str) -> Result<Self, String> {
        limit.parse::<i64>().map_err(|_| format!("must be 1 to {MAX_READ}, is {limit:?}"))?.try_into()
    }
}
