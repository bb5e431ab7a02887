//! Parses JSON documents that people may have edited.

use serde::Deserialize;
use serde_json::Value;

use super::error::ConfigError;
use super::object::Object;

/// The byte order mark that some Windows programs write before UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Parses a document. The error names the field that is wrong.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(json: &[u8]) -> Result<T, ConfigError> {
    let json = utf8(json)?;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| at_path(&error))?;
    deserializer.end().map_err(|error| ConfigError::whole(error.to_string()))?;
    Ok(value)
}

/// Parses a document without validating its fields.
pub(super) fn value(json: &[u8]) -> Result<Value, ConfigError> {
    serde_json::from_slice(utf8(json)?).map_err(|error| ConfigError::whole(error.to_string()))
}

/// Checks the encoding and skips a byte order mark.
fn utf8(json: &[u8]) -> Result<&[u8], ConfigError> {
    let json = json.strip_prefix(UTF8_MARK).unwrap_or(json);
    if json.iter().all(u8::is_ascii_whitespace) {
        return Err(ConfigError::whole("the document is empty".to_owned()));
    }
    // JSON begins with two ASCII characters. A zero byte among them means UTF-16 without a byte order mark.
    if json.starts_with(b"\xff\xfe") || json.starts_with(b"\xfe\xff") || json[..json.len().min(2)].contains(&0) {
        return Err(ConfigError::whole("the document is UTF-16; save it as UTF-8".to_owned()));
    }
    match std::str::from_utf8(json) {
        Ok(_) => Ok(json),
        Err(error) => Err(ConfigError::whole(format!(
            "the document is not UTF-8 at byte {}; save it as UTF-8",
            error.valid_up_to()
        ))),
    }
}

/// Converts the error of a field. The path `.` is the whole document.
pub(super) fn at_path(error: &serde_path_to_error::Error<serde_json::Error>) -> ConfigError {
    let (path, problem) = (error.path().to_string(), error.inner().to_string());
    if path == "." { ConfigError::whole(problem) } else { ConfigError::at(path, problem) }
}
