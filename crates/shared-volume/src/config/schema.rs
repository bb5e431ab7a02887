//! The fields of a configuration and their bounds. Every value of these types is valid.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::object::{Object, optional_object};
use super::text::{at_path, parse};
use crate::limits::{DEFAULT_KEEP_MESSAGES, DEFAULT_MESSAGE_CHARS, MAX_KEEP_MESSAGES, MAX_MESSAGE_CHARS};

/// The configuration of a wall. A missing field has its default, and an unknown field is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The title of the wall; `MessageWall` by default.
    pub title: Title,
    /// A banner above the wall; none by default.
    #[serde(deserialize_with = "optional_object")]
    pub banner: Option<Banner>,
    /// The accent colour of the page; `#d9480f` by default.
    pub accent: Accent,
    /// The switch that accepts or refuses messages; open by default.
    pub posting: Posting,
    /// The longest message in characters, 1 to 4000; 500 by default.
    pub max_message_chars: Bounded<1, MAX_MESSAGE_CHARS, DEFAULT_MESSAGE_CHARS>,
    /// The number of messages that the wall keeps, 1 to 10000; 1000 by default.
    pub keep_messages: Bounded<1, MAX_KEEP_MESSAGES, DEFAULT_KEEP_MESSAGES>,
    /// The whole words that no message may contain, in any case, at most 1000; none by default.
    #[schemars(length(max = 1000))]
    #[serde(deserialize_with = "blocked_words")]
    pub blocked_words: Vec<BlockedWord>,
}

impl Config {
    /// Parses and validates a document without its envelope.
    ///
    /// # Errors
    /// Returns the first fault, with its field.
    pub fn from_json(json: &[u8]) -> Result<Self, ConfigError> {
        parse(json)
    }

    /// Validates a parsed document.
    ///
    /// # Errors
    /// Returns the first fault, with its field.
    pub fn from_value(value: serde_json::Value) -> Result<Self, ConfigError> {
        let Object(config) = serde_path_to_error::deserialize(value).map_err(|error| at_path(&error))?;
        Ok(config)
    }

    /// Returns the JSON schema of the document.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// The switch that accepts or refuses messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Posting {
    /// Messages are accepted.
    #[default]
    Open,
    /// Messages are refused. Existing ones remain.
    Closed,
}

/// A banner above the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Banner {
    /// The text.
    pub text: BannerText,
    /// The tone; info by default.
    #[serde(default)]
    pub tone: Tone,
}

/// The tone of a banner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Information.
    #[default]
    Info,
    /// Success.
    Success,
    /// A warning.
    Warning,
    /// Danger.
    Danger,
}

/// A whole number from `MIN` to `MAX`, with a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub struct Bounded<const MIN: u32, const MAX: u32, const DEFAULT: u32>(u32);

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Bounded<MIN, MAX, DEFAULT> {
    /// Returns the number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Default for Bounded<MIN, MAX, DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> TryFrom<serde_json::Number> for Bounded<MIN, MAX, DEFAULT> {
    type Error = String;

    /// Accepts `500.0` and `5e2`, which JSON Schema also calls integers.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked before")]
    fn try_from(number: serde_json::Number) -> Result<Self, String> {
        let fits = |float: &f64| float.fract() == 0.0 && (f64::from(MIN)..=f64::from(MAX)).contains(float);
        let fitting = number.as_f64().filter(fits).map(|float| Self(float as u32));
        fitting.ok_or_else(|| format!("must be {MIN} to {MAX}, is {number}"))
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> JsonSchema for Bounded<MIN, MAX, DEFAULT> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// The pattern of one non-blank line without control characters.
const ONE_LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";

/// Defines a string type whose values satisfy a check.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr, { $($schema:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String")]
        #[schemars(!try_from)]
        pub struct $name(#[schemars($($schema)*)] String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text).map(|()| Self(text))
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_text!(
    /// A title: 1 to 120 characters on one line, `MessageWall` by default.
    Title, |text| one_line(text, 120), { length(min = 1, max = 120), regex(pattern = ONE_LINE) }
);
checked_text!(
    /// The text of a banner: 1 to 500 characters on one line.
    BannerText, |text| one_line(text, 500), { length(min = 1, max = 500), regex(pattern = ONE_LINE) }
);
checked_text!(
    /// A blocked word or phrase: 1 to 100 characters on one line.
    BlockedWord, |text| one_line(text, 100), { length(min = 1, max = 100), regex(pattern = ONE_LINE) }
);
checked_text!(
    /// A colour, `#rrggbb`, `#d9480f` by default.
    Accent, hex_colour, { regex(pattern = "^#[0-9a-fA-F]{6}$") }
);

impl Default for Title {
    fn default() -> Self {
        Self("MessageWall".to_owned())
    }
}

impl Default for Accent {
    fn default() -> Self {
        Self("#d9480f".to_owned())
    }
}

fn one_line(text: &str, max: usize) -> Result<(), String> {
    let chars = text.chars().count();
    if text.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if chars > max {
        return Err(format!("must have at most {max} characters, has {chars}"));
    }
    if text.chars().any(char::is_control) {
        return Err("must be one line without control characters".to_owned());
    }
    Ok(())
}

fn hex_colour(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(format!("must be a colour such as #d9480f, is {text:?}"))
}

fn blocked_words<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<BlockedWord>, D::Error> {
    let words = Vec::<BlockedWord>::deserialize(deserializer)?;
    if words.len() > 1000 {
        return Err(serde::de::Error::custom(format!("must be at most 1000 words, are {}", words.len())));
    }
    Ok(words)
}
