//! `rejected/`: the newest events that were refused, for senders that do not wait for an answer.

use std::io;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use ulid::Ulid;

use crate::time::{self, millis};
use crate::volume::{WallDir, create_directory};
use crate::{open, replace};

/// How many refused events are kept.
const KEPT: usize = 20;

/// The longest event that is kept whole, in bytes.
const LONGEST_EVENT: usize = 256 * 1024;

/// A refused event, as it is stored.
#[derive(Debug, Serialize)]
struct Rejected<'a> {
    #[serde(serialize_with = "millis::serialize")]
    at: Timestamp,
    error: &'a str,
    message: &'a str,
    event: Value,
}

/// Stores an event that was refused, with the stable name of the error and its message, and deletes all but the newest 20.
/// Returns the name of the file below the wall's directory.
///
/// # Errors
/// When the volume fails.
pub fn reject(wall: &WallDir, event: &Value, error: &str, message: &str) -> io::Result<String> {
    let directory = wall.rejected();
    create_directory(&directory)?;
    let rejected = Rejected { at: time::now(), error, message, event: bounded(event) };
    let mut json = serde_json::to_vec_pretty(&rejected)?;
    json.push(b'\n');
    // By nanoseconds, because events that are refused within one millisecond have an order as well.
    let path = directory.join(format!("{:019}-{}.json", Timestamp::now().as_nanosecond(), Ulid::generate()));
    replace::put(&path, &[&json])?;
    let names = names(wall)?;
    for old in names.iter().take(names.len().saturating_sub(KEPT)) {
        // Another environment may have deleted it as well.
        drop(fs_err::remove_file(directory.join(old)));
    }
    Ok(open::short_name(&path))
}

/// The names of the files, oldest first. What is not named as ours are is left alone.
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
    if text.len() <= LONGEST_EVENT {
        return event.clone();
    }
    let cut = text.floor_char_boundary(LONGEST_EVENT);
    Value::from(format!("{}… ({} bytes)", &text[..cut], text.len()))
}
