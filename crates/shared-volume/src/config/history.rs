//! `history/`: the newest published configurations.

use std::io;
use std::path::Path;

use super::published::{MAX_GENERATION, Published};
use crate::open;
use crate::replace;
use crate::volume::WallDir;

/// How many published configurations are kept.
pub const KEPT_GENERATIONS: u64 = 200;

/// How many files are tried in order to find configurations that are not damaged.
const MOST_TRIES: usize = 2 * KEPT_GENERATIONS as usize;

/// How many files are deleted at once: somebody waits.
const MOST_DELETED: usize = 1000;

/// Returns the newest `limit` configurations, newest first. Files that are damaged are left out.
///
/// # Errors
/// When the volume fails. A missing directory is an empty history.
pub fn history(wall: &WallDir, limit: usize) -> io::Result<Vec<Published>> {
    let mut found = Vec::new();
    for generation in generations(wall)?.into_iter().rev().take(MOST_TRIES) {
        if found.len() == limit {
            break;
        }
        found.extend(self::generation(wall, generation)?);
    }
    Ok(found)
}

/// Returns the configuration of one generation; `None` when there is none, or its file is damaged.
///
/// # Errors
/// When the volume fails.
pub fn generation(wall: &WallDir, generation: u64) -> io::Result<Option<Published>> {
    let path = wall.history_file(generation);
    let json = match read(&path) {
        Ok(Some(json)) => json,
        Ok(None) => return Ok(None),
        // What somebody planted there is as good as nothing.
        Err(error) if open::is_about_the_file(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let published = Published::from_json(&json, 0).ok();
    Ok(published.filter(|published| published.generation == generation))
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = open::read(path)? else { return Ok(None) };
    open::document(path, &mut file).map(Some)
}

/// Returns the generations that have a file, lowest first. A name that is not written as we write it is none of ours.
pub(super) fn generations(wall: &WallDir) -> io::Result<Vec<u64>> {
    match open::directory(&wall.history()) {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(Vec::new()),
        Err(error) if open::is_about_the_file(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    let mut generations = Vec::new();
    for entry in fs_err::read_dir(wall.history())? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok());
        let canonical =
            |number: &u64| *number <= MAX_GENERATION && wall.history_file(*number).file_name() == Some(&name);
        generations.extend(number.filter(canonical));
    }
    generations.sort_unstable();
    Ok(generations)
}

/// Deletes what is older than the newest [`KEPT_GENERATIONS`]. Mostly that is one file, whose name is known; now and then
/// the directory is listed, because generations may have gaps.
pub(super) fn prune(wall: &WallDir, newest: u64) -> io::Result<()> {
    if let Some(old) = newest.checked_sub(KEPT_GENERATIONS).filter(|old| *old > 0) {
        delete(&wall.history_file(old))?;
    }
    if newest.is_multiple_of(64) {
        let generations = generations(wall)?;
        let surplus = generations.len().saturating_sub(usize::try_from(KEPT_GENERATIONS).unwrap_or(0));
        for generation in generations.into_iter().take(surplus.min(MOST_DELETED)) {
            delete(&wall.history_file(generation))?;
        }
    }
    Ok(())
}

/// Removes the temporary files of publications that were not finished.
pub(crate) fn remove_leftovers(wall: &WallDir) -> io::Result<()> {
    match open::directory(&wall.history()) {
        Ok(Some(_)) => replace::remove_leftovers(&wall.history()),
        Ok(None) => Ok(()),
        Err(error) if open::is_about_the_file(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn delete(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
