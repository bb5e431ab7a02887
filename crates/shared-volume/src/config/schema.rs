//! What may be configured, and within which bounds. A value of these types is valid.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::object::{Object, optional_object};
use super::text::{at_path, parse};

/// The configuration of a wall. A field that is missing has its default; a field that is unknown is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The wall's title.
    pub title: Title,
    /// A line above the wall; none by default.
    #[serde(deserialize_with = "optional_object")]
    pub banner: Option<Banner>,
    /// The one colour of the page.
    pub accent: Accent,
    /// Whether messages are accepted; open by default.
    pub posting: Posting,
    /// The longest message, in characters: 1 to 4000, 500 by default.
    pub max_message_chars: Bounded<1, 4000, 500>,
    /// How many messages the wall keeps: 1 to 10000, 1000 by default.
    pub keep_messages: Bounded<1, 10000, 1000>,
    /// Words that no message may contain as a word of its own, in whatever case; none by default, at most 1000.
    #[schemars(length(max = 1000))]
    #[serde(deserialize_with = "blocked_words")]
    pub blocked_words: Vec<BlockedWord>,
}

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ConfigError {
    /// Such as `banner.tone`; `configuration` when it is about the whole.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Config {
    /// Reads and validates a configuration, the bare document without its envelope.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn from_json(json: &[u8]) -> Result<Self, ConfigError> {
        parse(json)
    }

    /// Validates a configuration that was read already.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn from_value(value: serde_json::Value) -> Result<Self, ConfigError> {
        let Object(config) = serde_path_to_error::deserialize(value).map_err(|error| at_path(&error))?;
        Ok(config)
    }

    /// The JSON schema of a configuration.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// Whether messages are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Posting {
    /// Everybody may post.
    #[default]
    Open,
    /// Nobody may post; what is there stays.
    Closed,
}

/// A line above the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Banner {
    /// What it says.
    pub text: BannerText,
    /// How it says it; info by default.
    #[serde(default)]
    pub tone: Tone,
}

/// How a banner speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// For your information.
    #[default]
    Info,
    /// Something went well.
    Success,
    /// Take care.
    Warning,
    /// Something is wrong.
    Danger,
}

/// A whole number from `MIN` to `MAX`, `DEFAULT` when it is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub struct Bounded<const MIN: u32, const MAX: u32, const DEFAULT: u32>(u32);

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Bounded<MIN, MAX, DEFAULT> {
    /// The number.
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

    /// JSON Schema calls `500.0` and `5e2` integers, too.
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

/// One line that is not blank, without control characters, as the schema has it.
const ONE_LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";

/// A string type whose values keep a rule.
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
    /// A word, or a few: 1 to 100 characters on one line.
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
