//! Names of published files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name, in characters.
const MAX_CHARS: usize = 100;

/// The name of a published file: 1 to 100 of `A-Z a-z 0-9 . _ -`, of which the first is no dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);

/// A text that cannot name a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot name a file: use 1 to 100 of A-Z, a-z, 0-9, '.', '_' and '-', not beginning with '.'")]
pub struct InvalidFileName(String);

impl FileName {
    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the ending of the name in lower case, such as `json`. `None` if it has none.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        self.0.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())
    }
}

impl TryFrom<String> for FileName {
    type Error = InvalidFileName;

    fn try_from(name: String) -> Result<Self, InvalidFileName> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if (1..=MAX_CHARS).contains(&name.len()) && name.bytes().all(is_allowed) && !name.starts_with('.') {
            return Ok(Self(name));
        }
        Err(InvalidFileName(name.chars().take(MAX_CHARS + 1).collect()))
    }
}

impl FromStr for FileName {
    type Err = InvalidFileName;

    fn from_str(name: &str) -> Result<Self, InvalidFileName> {
        name.to_owned().try_into()
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
