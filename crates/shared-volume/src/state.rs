//! The state that writers share, stored in `writer.lock`. Only the lock's holder reads and writes it.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::intent::Intent;
use crate::wall::Cursor;

/// The size of the state in `writer.lock`, in bytes. It is padded, so that a new state replaces the old one by one write.
pub(crate) const STATE_BYTES: usize = 12_288;

/// How many replaced logs are followed for lines that still arrive in them.
pub(crate) const MAX_REPLACED: usize = 40;

/// The state of the writers of one wall.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Identifies the lock cycle that wrote this state, so that a writer that lost its lock notices.
    pub(crate) holder: Ulid,
    pub(crate) intent: Intent,
    /// Up to where the log's events are stored in `retries/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<Recorded>,
    /// Changes whenever a file in `retries/` comes or goes.
    pub(crate) retries: Ulid,
    /// Logs that were replaced lately, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) replaced: Vec<Replaced>,
    /// The append because of which the log is to be moved: it may still arrive in the old one. Not stored here.
    #[serde(skip)]
    pub(crate) late: Intent,
    /// The log ends in half a line of a writer that died. Not stored.
    #[serde(skip)]
    pub(crate) half: bool,
}

/// A place in the life of a wall. The edition tells whether the same bytes still stand before it: after an edit by hand
/// the position alone would be reached again by messages whose events are stored nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) wall: Ulid,
    pub(crate) position: u64,
    #[serde(default)]
    pub(crate) edition: u64,
}

impl From<Cursor> for Recorded {
    fn from(Cursor { wall, position, edition }: Cursor) -> Self {
        Self { wall, position, edition }
    }
}

/// A log that was replaced. Another program may hold it open and append to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// The file in `trash/`.
    pub(crate) file: Ulid,
    /// The bytes before this offset were taken over.
    pub(crate) from: u64,
    /// The append because of which it was moved: it may still arrive.
    #[serde(default, skip_serializing_if = "Intent::is_nothing")]
    pub(crate) late: Intent,
    /// Half a line of ours stands there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) half: bool,
    /// As `from`, once the append that was declared together with it is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) then: Option<u64>,
    /// Lines that arrive later than this are not taken over.
    pub(crate) until: Timestamp,
}

impl State {
    /// Parses the content of `writer.lock`. An empty file is the default state. Unknown content is an unknown intent,
    /// which is never assumed to be settled.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Self::default();
        }
        if text.starts_with(b"{\"holder\"")
            && let Ok(state) = serde_json::from_slice(text)
        {
            return state;
        }
        let intent = serde_json::from_slice(text).unwrap_or(Intent::Unknown);
        Self { intent, ..Self::default() }
    }

    /// Returns the content of `writer.lock`: JSON, padded with spaces, and a newline.
    pub(crate) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut text = serde_json::to_vec(self)?;
        if text.len() >= STATE_BYTES {
            return Err(io::Error::other("the state of the writers does not fit into writer.lock"));
        }
        text.resize(STATE_BYTES - 1, b' ');
        text.push(b'\n');
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Intent, MAX_REPLACED, Recorded, Replaced, STATE_BYTES, State};
    use jiff::Timestamp;
    use ulid::Ulid;

    #[test]
    fn the_longest_state_fits() {
        let replaced = Replaced {
            file: Ulid::generate(),
            from: u64::MAX,
            late: Intent::Append { inode: u64::MAX, from: u64::MAX, bytes: u64::MAX, hash: u64::MAX },
            half: true,
            then: Some(u64::MAX),
            until: Timestamp::MAX,
        };
        let longest = State {
            holder: Ulid::generate(),
            intent: Intent::Append { inode: u64::MAX, from: u64::MAX, bytes: u64::MAX, hash: u64::MAX },
            recorded: Some(Recorded { wall: Ulid::generate(), position: u64::MAX, edition: u64::MAX }),
            retries: Ulid::generate(),
            replaced: vec![replaced; MAX_REPLACED],
            late: Intent::Nothing,
            half: false,
        };
        for state in [longest, State::default()] {
            let bytes = state.to_bytes().unwrap();
            assert_eq!(bytes.len(), STATE_BYTES);
            assert_eq!(State::parse(&bytes), state);
        }
    }

    #[test]
    fn unknown_content_is_an_intent_that_is_never_settled() {
        assert_eq!(State::parse(b""), State::default());
        assert_eq!(State::parse(b"something else").intent, Intent::Unknown);
        assert_eq!(State::parse(br#"{"holder":1}"#).intent, Intent::Unknown);
        assert_eq!(State::parse(br#""replace""#).intent, Intent::Replace);
    }
}
