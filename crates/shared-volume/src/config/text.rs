//! Parses JSON documents that people may have edited.

use std::str::Utf8Error;

use serde::Deserialize;
use serde_json::Value;

use super::error::ConfigError;
use super::object::Object;

/// The byte order mark that some Windows programs write before UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Parses a document. The error names the field that is wrong.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(json: &[u8]) -> Result<T, ConfigError> {
    let mut deserializer = serde_json::Deserializer::from_str(decode(json)?);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| at_path(&error))?;
    deserializer.end().map_err(|error| ConfigError::whole(error.to_string()))?;
    Ok(value)
}

/// Checks the encoding of a document and returns its text without a byte order mark.
///
/// # Errors
/// Returns an error if the document is empty, or is not UTF-8.
pub fn decode(document: &[u8]) -> Result<&str, ConfigError> {
    let not_utf8 = |error: Utf8Error| {
        ConfigError::whole(format!("the document is not UTF-8 at byte {}; save it as UTF-8", error.valid_up_to()))
    };
    let document = document.strip_prefix(UTF8_MARK).unwrap_or(document);
    if document.iter().all(u8::is_ascii_whitespace) {
        return Err(ConfigError::whole("the document is empty".to_owned()));
    }
    // JSON begins with two ASCII characters. A zero byte among them means UTF-16 without a byte order mark.
    if document.starts_with(b"\xff\xfe")
        || document.starts_with(b"\xfe\xff")
        || document[..document.len().min(2)].contains(&0)
    {
        return Err(ConfigError::whole("the document is UTF-16; save it as UTF-8".to_owned()));
    }
    std::str::from_utf8(document).map_err(not_utf8)
}

/// Parses a document without validating its fields.
pub(super) fn value(json: &[u8]) -> Result<Value, ConfigError> {
    serde_json::from_str(decode(json)?).map_err(|error| ConfigError::whole(error.to_string()))
}

/// Converts the error of a field. The path `.` is the whole document, and an empty one a field without a name.
pub(super) fn at_path(error: &serde_path_to_error::Error<serde_json::Error>) -> ConfigError {
    let (path, problem) = (error.path().to_string(), error.inner().to_string());
    if path == "." || path.is_empty() { ConfigError::whole(problem) } else { ConfigError::at(path, problem) }
}
