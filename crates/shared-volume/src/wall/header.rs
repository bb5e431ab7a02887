//! The header: the first line of a log.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use ulid::Ulid;

use crate::cursor::Cursor;
use crate::time::optional_millis;

/// The first bytes of a header.
pub(super) const HEADER_MARK: &[u8] = br#"{"wall":""#;

/// The highest `start`. No wall gets that far in a lifetime, and positions after it do not overflow.
const MAX_START: u64 = 1 << 60;

/// The first line of a log. It names the wall and the position of the line after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// The wall. It is the first field because a header is recognised by its first bytes.
    pub(super) wall: Ulid,
    /// The position of the first line after the header. At most [`MAX_START`].
    #[serde(deserialize_with = "start")]
    pub(super) start: u64,
    /// The edition of the cursor at `start`, if compaction has dropped what stood before it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_hex")]
    pub(super) edition: Option<u64>,
    /// The event that cleared the previous wall, so that its retry does not clear this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cleared_by: Option<String>,
    /// The time of that clear.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub(super) cleared_at: Option<Timestamp>,
    /// The restoration that made this log, so that its retry restores nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) restored: Option<Restoration>,
}

/// A restoration of a cleared wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restoration {
    /// The event id.
    pub(super) by: String,
    #[serde(with = "crate::time::millis")]
    pub(super) at: Timestamp,
    /// The wall whose messages came back.
    pub(super) wall: Ulid,
    /// The number of messages that came back.
    pub(super) messages: usize,
}

impl Header {
    /// Returns the header of a log that begins at position 0.
    pub(super) fn at_start(wall: Ulid) -> Self {
        Self { wall, start: 0, edition: None, cleared_by: None, cleared_at: None, restored: None }
    }

    /// Returns the header of a new wall.
    pub(super) fn of_new_wall(cleared_by: Option<String>, cleared_at: Option<Timestamp>) -> Self {
        Self { cleared_by, cleared_at, ..Self::at_start(Ulid::generate()) }
    }

    /// Returns the header as a line.
    pub(super) fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Returns the cursor before the first entry.
    pub(super) fn cursor(&self) -> Cursor {
        let first = Cursor::without_history(self.wall, self.start);
        Cursor { edition: self.edition.unwrap_or(first.edition), ..first }
    }
}

fn start<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let start = u64::deserialize(deserializer)?;
    if start > MAX_START { Err(Error::custom(format!("must be at most {MAX_START}"))) } else { Ok(start) }
}

/// Serializes a `u64` as 16 hexadecimal digits, because JSON numbers are exact only up to 2^53.
mod optional_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub(super) fn serialize<S: Serializer>(number: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => serializer.collect_str(&format_args!("{number:016x}")),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| u64::from_str_radix(&text, 16).map_err(D::Error::custom)).transpose()
    }
}
