//! Points in time as the volume has them: RFC 3339, UTC, always three digits of milliseconds.

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Deserializer, Serializer};

/// Now, in whole milliseconds, which is all that the volume keeps.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// `2026-11-23T18:26:01.120Z`.
#[must_use]
pub fn to_text(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// For `#[serde(with = "millis")]`.
pub mod millis {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, to_text};

    /// Writes a point in time.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_text(*time))
    }

    /// Reads a point in time.
    ///
    /// # Errors
    /// Those of the deserializer, and text that is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }
}

/// For `#[serde(with = "optional_millis")]`.
pub mod optional_millis {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, to_text};

    /// Writes a point in time that may be unknown.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_str(&to_text(*time)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a point in time that may be unknown.
    ///
    /// # Errors
    /// Those of the deserializer, and text that is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Option::<Timestamp>::deserialize(deserializer)
    }
}
