//! `rejected/`: the newest refused events of senders that do not wait for an answer.

use std::io;

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ulid::Ulid;

use crate::limits::{KEPT_REJECTED, MAX_DOCUMENT_BYTES};
use crate::time::{self, millis};
use crate::volume::WallDir;
use crate::{open, replace};

/// The longest event that is stored completely, in bytes. Longer ones are cut. A third of a document: as a string in JSON an
/// event may be twice as long.
const MAX_EVENT_BYTES: usize = MAX_DOCUMENT_BYTES as usize / 3;

/// The longest message that is stored, in bytes. Longer ones are cut.
const MAX_MESSAGE_BYTES: usize = 8 * 1024;

/// A refused event in the form in which it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    #[serde(with = "millis")]
    at: Timestamp,
    error: String,
    message: String,
    #[serde(default)]
    event: Value,
}

/// A refused event.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The path of its file relative to the wall's directory.
    pub file: String,
    /// The time of the refusal. `None` if the file is damaged and its name has no time.
    pub at: Option<Timestamp>,
    /// The stable name of the error; `rejected_unreadable` if the file is damaged.
    pub error: String,
    /// The message of the error.
    pub message: String,
    /// The event; null if the file is damaged.
    pub event: Value,
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
    let json = document(event, error, message)?;
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

/// Returns the refused events, newest first, at most 20. Other files are ignored, and a missing directory is empty.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn rejected(wall: &WallDir) -> io::Result<Vec<Refused>> {
    match open::directory(&wall.rejected()) {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(Vec::new()),
        Err(error) if open::is_about_the_file(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    let newest = names(wall)?.into_iter().rev().take(KEPT_REJECTED);
    newest.filter_map(|name| refused(&wall.rejected().join(name)).transpose()).collect()
}

/// Reads a refused event. `None` if its file was deleted meanwhile.
fn refused(path: &Path) -> io::Result<Option<Refused>> {
    let read = match open::read(path) {
        Ok(None) => return Ok(None),
        Ok(Some(mut file)) => open::document(path, &mut file),
        Err(error) => Err(error),
    };
    let parsed = match read {
        Ok(json) => serde_json::from_slice::<Stored>(&json).map_err(|error| error.to_string()),
        Err(error) if open::is_about_the_file(&error) => Err(error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = open::short_name(path);
    Ok(Some(match parsed {
        Ok(Stored { at, error, message, event }) => Refused { file, at: Some(at), error, message, event },
        Err(fault) => {
            let message = format!("{file}: the file cannot be read: {fault}");
            Refused { at: named_time(path), error: "rejected_unreadable".to_owned(), message, event: Value::Null, file }
        }
    }))
}

/// Returns the time in the name of a file.
fn named_time(path: &Path) -> Option<Timestamp> {
    let (nanoseconds, _) = path.file_name()?.to_str()?.split_once('-')?;
    Timestamp::from_nanosecond(nanoseconds.parse().ok()?).ok()
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

/// Returns the content of the file, at most [`MAX_DOCUMENT_BYTES`]: indented if that fits, and with a cut event if nothing
/// else does.
fn document(event: &Value, error: &str, message: &str) -> io::Result<Vec<u8>> {
    let (error, message) = (error.to_owned(), cut(message, MAX_MESSAGE_BYTES));
    let mut stored = Stored { at: time::now(), error, message, event: event.clone() };
    let fits = |json: &Vec<u8>| (json.len() as u64) < MAX_DOCUMENT_BYTES;
    let mut json = serde_json::to_vec_pretty(&stored)?;
    if !fits(&json) {
        json = serde_json::to_vec(&stored)?;
    }
    if !fits(&json) {
        stored.event = Value::from(cut(&event.to_string(), MAX_EVENT_BYTES));
        json = serde_json::to_vec_pretty(&stored)?;
    }
    json.push(b'\n');
    Ok(json)
}

fn cut(text: &str, length: usize) -> String {
    if text.len() <= length {
        return text.to_owned();
    }
    format!("{}… ({} bytes)", &text[..text.floor_char_boundary(length)], text.len())
}
