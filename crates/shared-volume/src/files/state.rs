//! The state of a file: its newest generation, and what `current` has.

use std::io;

use super::content::sha256;
use super::dir::FileDir;
use super::history;
use super::published::PublishedFile;
use crate::limits::MAX_FILE_BYTES;
use crate::open;
use crate::retries::Applied;

/// The number of damaged files that are passed over to find the newest generation.
const MAX_DAMAGED: usize = 16;

/// The state of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// The newest generation: the one in force. `None` before the first publication.
    pub published: Option<PublishedFile>,
    /// The generations that have a file, damaged ones included, lowest first.
    pub(super) generations: Vec<u64>,
    pub(super) current: Current,
}

/// The content of `current`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Current {
    Missing,
    /// Bytes with this digest.
    Bytes(String),
    /// Something that cannot be read as a file: the reason.
    Unreadable(String),
}

/// The difference between `current` and the newest generation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file was deleted, or a crash has kept it from being written.
    #[error("current: is missing; generation {0} was published last")]
    Missing(u64),
    /// A writer has not replaced the file yet, or has crashed before it could.
    #[error(
        "current: has the bytes from before generation {0}, whose publication is not complete; a retry of its event completes it"
    )]
    Unfinished(u64),
    /// Another program has written the file.
    #[error("current: was written by another program; generation {0} was published last")]
    Edited(u64),
    /// The file cannot be read: it is a directory, a FIFO, without read permission, or too large.
    #[error("{0}")]
    Unreadable(String),
}

impl FileState {
    /// Reads the state of a file.
    ///
    /// # Errors
    /// Returns an error if the volume fails, or if the directory of the file is something else.
    pub fn read(dir: &FileDir) -> io::Result<Self> {
        let generations = history::list(dir)?;
        let mut published = None;
        for generation in generations.iter().rev().take(MAX_DAMAGED) {
            published = history::generation(dir, *generation)?;
            if published.is_some() {
                break;
            }
        }
        Ok(Self { published, generations, current: read_current(dir)? })
    }

    /// Returns the generation in force: 0 before the first publication.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.published.as_ref().map_or(0, |published| published.generation)
    }

    /// Returns the difference between `current` and the newest generation. `None` if there is none.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        let generation = self.generation();
        match (&self.published, &self.current) {
            (_, Current::Unreadable(reason)) => Some(Fault::Unreadable(reason.clone())),
            (None, Current::Missing) => None,
            (Some(published), Current::Bytes(digest)) if digest == published.content.sha256() => None,
            (Some(_), Current::Missing) => Some(Fault::Missing(generation)),
            (Some(published), current) if published.replaced == current.digest() => Some(Fault::Unfinished(generation)),
            _ => Some(Fault::Edited(generation)),
        }
    }

    /// Returns the highest generation that has a file, damaged or not.
    pub(super) fn highest(&self) -> u64 {
        self.generations.last().copied().unwrap_or(0)
    }

    /// Looks up an event in the envelope of the newest generation.
    pub(crate) fn applied_by(&self, event: &str) -> Option<Applied> {
        self.published.as_ref()?.applied_by(event)
    }
}

impl Current {
    /// Returns what the next generation remembers of the bytes that it replaces. `None` if there are none.
    pub(super) fn digest(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Bytes(digest) => Some(digest.clone()),
            Self::Unreadable(_) => Some("unreadable".to_owned()),
        }
    }
}

fn read_current(dir: &FileDir) -> io::Result<Current> {
    if !dir.exists()? {
        return Ok(Current::Missing);
    }
    let path = dir.current();
    let read = open::retry_stale(|| {
        let Some(mut file) = open::read(&path)? else { return Ok(None) };
        open::whole(&path, &mut file, MAX_FILE_BYTES, ["larger than 256 KiB", "a file of at most 256 KiB"]).map(Some)
    });
    match read {
        Ok(None) => Ok(Current::Missing),
        Ok(Some(bytes)) => Ok(Current::Bytes(sha256(&bytes))),
        Err(error) if open::is_about_the_file(&error) => Ok(Current::Unreadable(error.to_string())),
        Err(error) => Err(error),
    }
}
