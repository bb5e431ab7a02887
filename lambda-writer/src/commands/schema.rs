//! Checks the content of a file against the JSON schema that lies beside it.

use serde_json::Value;
use shared_volume::files::{FileError, FileName};
use shared_volume::json::distinct;

use crate::sources;

/// The endings of the names whose content can be checked.
const ENDINGS: [&str; 4] = ["json", "yaml", "yml", "toml"];

/// The most faults of a content that an error names.
const MAX_FAULTS: usize = 3;

/// Checks bytes against a schema. References to other documents are not resolved: they make the schema unusable.
pub(super) fn validate(name: &FileName, schema: &[u8], bytes: &[u8]) -> Result<(), FileError> {
    if !name.ending().is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
        let endings = ENDINGS.map(|ending| format!(".{ending}")).join(", ");
        return Err(FileError::Schema(format!("lies beside a file whose name ends with none of {endings}")));
    }
    let schema = parse_schema(schema)?;
    let unusable = |error: jsonschema::ValidationError<'_>| FileError::Schema(format!("is no usable schema: {error}"));
    let validator = jsonschema::options().build(&schema).map_err(unusable)?;
    let document = sources::parse(bytes, None, name.as_str()).map_err(FileError::Content)?;
    let faults = validator.iter_errors(&document).take(MAX_FAULTS).map(|error| {
        let place = error.instance_path().as_str();
        // The pointer of the whole document is empty.
        format!("{}: {}", if place.is_empty() { "the document" } else { place }, error.masked())
    });
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { Ok(()) } else { Err(FileError::Content(faults.join("; "))) }
}

fn parse_schema(bytes: &[u8]) -> Result<Value, FileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| FileError::Schema(format!("is not UTF-8: {error}")))?;
    let schema = distinct(text).map_err(|error| FileError::Schema(format!("is no JSON: {error}")))?;
    match schema {
        Value::Object(_) | Value::Bool(_) => Ok(schema),
        _ => Err(FileError::Schema("must be a JSON object".to_owned())),
    }
}
