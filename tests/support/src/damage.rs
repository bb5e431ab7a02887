//! Configuration files that no reader may accept.

use std::io::Result;
use std::path::Path;

use serde_json::{Value, json};

/// A way to damage a published `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The second half is missing.
    Cut,
    /// The file is empty.
    Emptied,
    /// There is no file.
    Deleted,
    /// The banner has a tone that does not exist.
    UnknownTone,
}

impl Damage {
    /// Damages the file at `path`.
    ///
    /// # Errors
    /// Returns the error of reading, writing or removing the file.
    pub fn apply(self, path: &Path) -> Result<()> {
        match self {
            Self::Cut => {
                let document = fs_err::read(path)?;
                fs_err::write(path, &document[..document.len() / 2])
            }
            Self::Emptied => fs_err::write(path, ""),
            Self::Deleted => fs_err::remove_file(path),
            Self::UnknownTone => {
                let mut document: Value = serde_json::from_slice(&fs_err::read(path)?)?;
                document["config"]["banner"] = json!({ "text": "x", "tone": "loud" });
                fs_err::write(path, document.to_string())
            }
        }
    }

    /// Returns the text that the reported reason has to contain.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Cut => "config.json",
            Self::Emptied => "empty",
            Self::Deleted => "missing",
            Self::UnknownTone => "banner.tone",
        }
    }
}
