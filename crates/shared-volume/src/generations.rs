//! Directories with one file for each published generation: `history/0000000042.json`.

use std::io;
use std::path::{Path, PathBuf};

use crate::limits::{KEPT_GENERATIONS, MAX_GENERATION};
use crate::open;

/// The number of files that one publication deletes.
const MAX_DELETED: usize = 1000;

/// Returns the path of a generation. Ten digits make names sort by generation.
pub(crate) fn file(directory: &Path, generation: u64) -> PathBuf {
    directory.join(format!("{generation:010}.json"))
}

/// Returns the generations that have a file, lowest first. Files with other names are ignored, and a missing or foreign
/// directory is an empty history.
pub(crate) fn list(directory: &Path) -> io::Result<Vec<u64>> {
    match open::directory(directory) {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(Vec::new()),
        Err(error) if open::is_about_the_file(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    let mut generations = Vec::new();
    for entry in fs_err::read_dir(directory)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok());
        let canonical = |number: &u64| *number <= MAX_GENERATION && file(directory, *number).file_name() == Some(&name);
        generations.extend(number.filter(canonical));
    }
    generations.sort_unstable();
    Ok(generations)
}

/// Deletes all but the newest [`KEPT_GENERATIONS`] of these generations, which are sorted.
pub(crate) fn keep_newest(directory: &Path, generations: &[u64]) -> io::Result<()> {
    let surplus = generations.len().saturating_sub(usize::try_from(KEPT_GENERATIONS).unwrap_or(0));
    let oldest = generations.iter().take(surplus.min(MAX_DELETED));
    // A planted directory cannot be deleted, and must not keep the others.
    oldest.map(|generation| delete(&file(directory, *generation))).fold(Ok(()), io::Result::and)
}

/// Deletes the file of a generation, if there is one.
pub(crate) fn delete(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
