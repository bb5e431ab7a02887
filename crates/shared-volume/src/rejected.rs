//! `rejected/`: the newest refused events of senders that do not wait for an answer.

use std::io;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use ulid::Ulid;

use crate::limits::KEPT_REJECTED;
use crate::time::{self, millis};
use crate::volume::WallDir;
use crate::{open, replace};

/// The longest event that is stored completely, in bytes. Longer ones are cut.
const MAX_EVENT_BYTES: usize = 256 * 1024;

/// A refused event in the form in which it is stored.
#[derive(Debug, Serialize)]
struct Rejected<'a> {
    #[serde(serialize_with = "millis::serialize")]
    at: Timestamp,
    error: &'a str,
    message: &'a str,
    event: Value,
}

/// Stores a refused event with the stable name and the message of the error, and deletes all but the newest 20. Returns
/// the path of the file relative to the wall's directory.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn reject(wall: &WallDir, event: &Value, error: &str, message: &str) -> io::Result<String> {
    // A file below an unmounted root would be hidden by the mount.
    drop(wall.open()?);
    let directory = wall.rejected();
    open::create_directory(&directory)?;
    let rejected = Rejected { at: time::now(), error, message, event: bounded(event) };
    let mut json = serde_json::to_vec_pretty(&rejected)?;
    json.push(b'\n');
    // Nanoseconds, so that events within one millisecond keep their order.
    let path = directory.join(format!("{:019}-{}.json", Timestamp::now().as_nanosecond(), Ulid::generate()));
    replace::put(&path, &[&json])?;
    let names = names(wall)?;
    for old in names.iter().take(names.len().saturating_sub(KEPT_REJECTED)) {
        // Another environment may have deleted it already.
        drop(fs_err::remove_file(directory.join(old)));
    }
    Ok(open::short_name(&path))
}

/// Returns the names of the stored events, oldest first. Other files are ignored.
fn names(wall: &WallDir) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(wall.rejected())? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        let id = name.strip_suffix(".json").and_then(|name| name.split_once('-'));
        if id.is_some_and(|(time, id)| time.len() == 19 && id.parse::<Ulid>().is_ok()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn bounded(event: &Value) -> Value {
    let text = event.to_string();
    if text.len() <= MAX_EVENT_BYTES {
        return event.clone();
    }
    let cut = text.floor_char_boundary(MAX_EVENT_BYTES);
    Value::from(format!("{}… ({} bytes)", &text[..cut], text.len()))
}
