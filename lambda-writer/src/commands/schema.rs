//! Checks the content of a file against the JSON schema that lies beside it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use shared_volume::WriteError;
use shared_volume::files::{FileError, FileName};
use shared_volume::json::distinct;

use crate::sources;

/// The endings of the names whose content can be checked.
const ENDINGS: [&str; 4] = ["json", "yaml", "yml", "toml"];

/// The most faults of a content that an error names.
const MAX_FAULTS: usize = 3;

/// The longest time of a check. A schema whose parts refer to each other can take any time, and a check holds the wall's lock.
const LONGEST_CHECK: Duration = Duration::from_secs(2);

/// True after a check took longer. Its thread ends with the process.
static IS_CHECKING_FOREVER: AtomicBool = AtomicBool::new(false);

/// Returns true if a check that was given up still uses the processor.
pub(crate) fn is_checking_forever() -> bool {
    IS_CHECKING_FOREVER.load(Ordering::Relaxed)
}

/// Checks bytes against a schema, in a thread that is given up after [`LONGEST_CHECK`].
pub(super) fn validate(name: &FileName, schema: &[u8], bytes: &[u8]) -> Result<(), FileError> {
    let (tell, told) = mpsc::channel();
    let (name, schema, bytes) = (name.clone(), schema.to_vec(), bytes.to_vec());
    let check = move || {
        // Nobody listens any more if it took too long.
        let _ = tell.send(check(&name, &schema, &bytes));
    };
    thread::Builder::new().name("schema".to_owned()).spawn(check).map_err(WriteError::from)?;
    match told.recv_timeout(LONGEST_CHECK) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            IS_CHECKING_FOREVER.store(true, Ordering::Relaxed);
            Err(FileError::Schema(format!("takes longer than {} s to check this content", LONGEST_CHECK.as_secs())))
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(FileError::Schema("makes its check panic".to_owned())),
    }
}

/// Checks bytes against a schema. References to other documents are not resolved: they make the schema unusable.
fn check(name: &FileName, schema: &[u8], bytes: &[u8]) -> Result<(), FileError> {
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
