//! Timestamps as the volume stores them: RFC 3339 in UTC, with three digits of milliseconds.

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Deserializer, Serializer};

/// Returns the current time, rounded to milliseconds.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// Formats a timestamp, such as `2026-11-23T18:26:01.120Z`.
#[must_use]
pub fn to_text(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Serializes a timestamp, with `#[serde(with = "millis")]`.
pub mod millis {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, to_text};

    /// Serializes a timestamp.
    ///
    /// # Errors
    /// Returns the error of the serializer.
    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_text(*time))
    }

    /// Deserializes a timestamp.
    ///
    /// # Errors
    /// Returns an error if the text is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }
}

/// Serializes an optional timestamp, with `#[serde(with = "optional_millis")]`.
pub mod optional_millis {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, to_text};

    /// Serializes a timestamp, or null.
    ///
    /// # Errors
    /// Returns the error of the serializer.
    pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_str(&to_text(*time)),
            None => serializer.serialize_none(),
        }
    }

    /// Deserializes a timestamp, or null.
    ///
    /// # Errors
    /// Returns an error if the text is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Option::<Timestamp>::deserialize(deserializer)
    }
}
