//! Every configuration that was ever published.

use std::io;

use super::published::Published;
use crate::volume::WallDir;

/// The newest `limit` configurations, newest first. A file that is damaged is left out.
///
/// # Errors
/// When the volume fails. A missing directory is an empty history.
pub fn history(wall: &WallDir, limit: usize) -> io::Result<Vec<Published>> {
    let mut found = Vec::new();
    for generation in generations(wall)?.into_iter().rev() {
        if found.len() == limit {
            break;
        }
        found.extend(self::generation(wall, generation)?);
    }
    Ok(found)
}

/// The configuration of one generation; nothing when there is none, or its file is damaged.
///
/// # Errors
/// When the volume fails.
pub fn generation(wall: &WallDir, generation: u64) -> io::Result<Option<Published>> {
    match fs_err::read(wall.history_file(generation)) {
        Ok(json) => Ok(Published::from_json(&json).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The generations that have a file, lowest first.
pub(super) fn generations(wall: &WallDir) -> io::Result<Vec<u64>> {
    let entries = match fs_err::read_dir(wall.history()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut generations = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number =
            name.to_str().and_then(|name| name.strip_suffix(".json")).and_then(|number| number.parse::<u64>().ok());
        generations.extend(number);
    }
    generations.sort_unstable();
    Ok(generations)
}
