//! `files/<name>/history/`: the newest generations of a file.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dir::FileDir;
use super::published::PublishedFile;
use crate::cause::Cause;
use crate::limits::{KEPT_GENERATIONS, MAX_FILE_ENVELOPE_BYTES};
use crate::time::millis;
use crate::{generations, open};

/// The number of files that are read to find generations that are not damaged.
const MAX_READ: usize = 2 * KEPT_GENERATIONS as usize;

/// The fault of a file in the history that is longer than any that a writer makes.
const TOO_LONG: [&str; 2] = ["larger than 1 MiB", "a generation of at most 1 MiB"];

/// One generation of a file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileGeneration {
    /// The generation.
    pub generation: u64,
    /// The time of the publication.
    #[serde(with = "millis")]
    pub published_at: Timestamp,
    /// The cause of the publication.
    pub cause: Cause,
    /// The number of bytes.
    pub size: usize,
    /// The SHA-256 digest of the bytes, as 64 hexadecimal digits.
    pub sha256: String,
}

/// Returns the newest `limit` generations, newest first. Damaged files are skipped, and a missing directory is an empty
/// history.
///
/// # Errors
/// Returns an error if the volume fails, or if the directory of the file is something else.
pub fn history(dir: &FileDir, limit: usize) -> io::Result<Vec<FileGeneration>> {
    let mut found = Vec::new();
    for generation in list(dir)?.into_iter().rev().take(MAX_READ) {
        if found.len() == limit {
            break;
        }
        found.extend(self::generation(dir, generation)?.map(FileGeneration::from));
    }
    Ok(found)
}

/// Returns one generation, or `None` if its file is missing or damaged.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn generation(dir: &FileDir, generation: u64) -> io::Result<Option<PublishedFile>> {
    let path = dir.history_file(generation);
    let read = open::read(&path).and_then(|file| match file {
        Some(mut file) => open::whole(&path, &mut file, MAX_FILE_ENVELOPE_BYTES, TOO_LONG).map(Some),
        None => Ok(None),
    });
    match read {
        Ok(json) => {
            let published = json.and_then(|json| PublishedFile::from_json(&json));
            Ok(published.filter(|published| published.generation == generation))
        }
        Err(error) if open::is_about_the_file(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the generations that have a file, lowest first.
pub(super) fn list(dir: &FileDir) -> io::Result<Vec<u64>> {
    if dir.exists()? { generations::list(&dir.history()) } else { Ok(Vec::new()) }
}

impl From<PublishedFile> for FileGeneration {
    fn from(published: PublishedFile) -> Self {
        let PublishedFile { generation, published_at, cause, content, .. } = published;
        let (size, sha256) = (content.bytes().len(), content.sha256().to_owned());
        Self { generation, published_at, cause, size, sha256 }
    }
}
