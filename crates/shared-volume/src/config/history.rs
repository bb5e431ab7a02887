//! `history/`: the newest published configurations.

use std::io;
use std::path::Path;

use super::published::Published;
use crate::generations;
use crate::limits::KEPT_GENERATIONS;
use crate::open;
use crate::replace;
use crate::volume::WallDir;

/// The number of files that are read to find configurations that are not damaged.
const MAX_READ: usize = 2 * KEPT_GENERATIONS as usize;

/// Returns the newest `limit` configurations, newest first. Damaged files are skipped, and a missing directory is an
/// empty history.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn history(wall: &WallDir, limit: usize) -> io::Result<Vec<Published>> {
    let mut found = Vec::new();
    for generation in generations(wall)?.into_iter().rev().take(MAX_READ) {
        if found.len() == limit {
            break;
        }
        found.extend(self::generation(wall, generation)?);
    }
    Ok(found)
}

/// Returns the configuration of one generation, or `None` if its file is missing or damaged.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn generation(wall: &WallDir, generation: u64) -> io::Result<Option<Published>> {
    let path = wall.history_file(generation);
    let json = match read(&path) {
        Ok(Some(json)) => json,
        Ok(None) => return Ok(None),
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

/// Returns the generations that have a file, lowest first. Files with other names are ignored, and a missing directory is
/// an empty history.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn generations(wall: &WallDir) -> io::Result<Vec<u64>> {
    generations::list(&wall.history())
}

/// Deletes all but the newest [`KEPT_GENERATIONS`]. Usually this is one file with a known name. Every 64 generations the
/// directory is listed, because generations may have gaps.
pub(super) fn prune(wall: &WallDir, newest: u64) -> io::Result<()> {
    if let Some(old) = newest.checked_sub(KEPT_GENERATIONS).filter(|old| *old > 0) {
        generations::delete(&wall.history_file(old))?;
    }
    if newest.is_multiple_of(64) {
        generations::keep_newest(&wall.history(), &generations(wall)?)?;
    }
    Ok(())
}

/// Removes the temporary files of unfinished publications.
pub(crate) fn remove_leftovers(wall: &WallDir) -> io::Result<()> {
    replace::remove_leftovers_below(&wall.history())
}
