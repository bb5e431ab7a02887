//! The shared state of the writers, stored in `writer.lock`. Only the holder of the lock reads and writes it.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::cursor::Cursor;
use crate::intent::Intent;

/// The size of the state in `writer.lock`, in bytes. It is padded, so that one write replaces the whole state.
pub(crate) const STATE_BYTES: usize = 12_288;

const PADDING: [u8; STATE_BYTES] = {
    let mut padding = [b' '; STATE_BYTES];
    padding[STATE_BYTES - 1] = b'\n';
    padding
};

/// The number of replaced logs that are followed for lines that still arrive in them.
pub(crate) const MAX_REPLACED: usize = 40;

/// The state of the writers of one wall.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// The lock cycle that wrote this state. A writer that lost its lock finds another one here.
    pub(crate) holder: Ulid,
    pub(crate) intent: Intent,
    /// The place in the log up to which all events are stored in `retries/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<Recorded>,
    /// Changes whenever a file in `retries/` is created or removed.
    pub(crate) retries: Ulid,
    /// The logs that were replaced recently, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) replaced: Vec<Replaced>,
    /// The append that has not arrived yet, so that the log has to be moved. Not stored.
    #[serde(skip)]
    pub(crate) late: Intent,
    /// True if the log ends with half a line of a crashed writer. Not stored.
    #[serde(skip)]
    pub(crate) half: bool,
}

/// A [`Cursor`] in the form in which it is stored.
///
/// The edition is needed because the log may be edited by hand: new messages, whose events are stored nowhere else, could
/// then end before the same position.
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

/// A replaced log. Another program may still have it open and append to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// The name of the log in `trash/`.
    pub(crate) file: Ulid,
    /// The offset up to which lines were carried over.
    pub(crate) from: u64,
    /// The append that had not arrived when the log was moved.
    #[serde(default, skip_serializing_if = "Intent::is_nothing")]
    pub(crate) late: Intent,
    /// True if half a line of a writer stands at `from`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) half: bool,
    /// The new value of `from` once the append that carries the lines over is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) then: Option<u64>,
    /// The time after which no more lines are carried over.
    pub(crate) until: Timestamp,
}

impl State {
    /// Parses the content of `writer.lock`. An empty file is the default state. Unknown content becomes
    /// [`Intent::Unknown`], which never counts as settled.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let text = without_padding(text).trim_ascii();
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
        text.extend_from_slice(&PADDING[text.len()..]);
        Ok(text)
    }
}

/// Returns the JSON before the padding. Comparing whole slices is much faster than trimming thousands of spaces.
fn without_padding(text: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'}', text).map_or(0, |end| end + 1);
    if text.get(end..) == PADDING.get(end..) { &text[..end] } else { text }
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
