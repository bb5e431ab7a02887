//! The paths of everything on the volume.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags};
use rustix::io::Errno;

use crate::{generations, open};

/// The root of the access point, as mounted (on AWS `/mnt/msg`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    root: PathBuf,
    require_mount: bool,
}

impl Volume {
    /// Returns the volume at `root`, without touching it. The directory may be created later.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), require_mount: false }
    }

    /// Sets whether a root that is not a mount point counts as a missing volume. The default is false.
    ///
    /// An image may contain the directory so that a new volume inherits its owner. Without this check the wall would be
    /// written into the container if the mount is missing.
    #[must_use]
    pub fn require_mount(self, require_mount: bool) -> Self {
        Self { require_mount, ..self }
    }

    /// Returns the directory of a wall: the root for the default wall, `walls/<name>` for a named one.
    #[must_use]
    pub fn wall(&self, name: Option<&WallName>) -> WallDir {
        let dir = match name {
            None => self.root.clone(),
            Some(name) => self.root.join("walls").join(&name.0),
        };
        WallDir { dir, mount: self.require_mount.then(|| self.root.clone()) }
    }
}

/// The name of a wall: 1 to 64 characters of `a-z`, `0-9` and `-`, which are safe in paths and URLs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WallName(String);

impl FromStr for WallName {
    type Err = InvalidWallName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
            return Err(InvalidWallName(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }
}

/// The error of parsing an invalid name of a wall.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} cannot name a wall: use 1 to 64 of a-z, 0-9 and -")]
pub struct InvalidWallName(String);

/// The directory of one wall, with the paths of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallDir {
    dir: PathBuf,
    /// The directory that must be a mount point.
    mount: Option<PathBuf>,
}

impl WallDir {
    /// Returns the path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Opens the directory. On NFS this makes the client ask the server again for the names in it.
    ///
    /// # Errors
    /// Returns an error if the volume is missing: the directory does not exist, or is not the mount point that
    /// [`Volume::require_mount`] requires.
    pub fn open(&self) -> io::Result<File> {
        let missing = |problem| MissingVolume::error("the volume", &self.dir, problem);
        let directory = open::root(&self.dir)?.ok_or_else(|| missing("does not exist"))?;
        match &self.mount {
            Some(root) if !is_mount_point(root)? => Err(missing("is not a mount point")),
            _ => Ok(directory),
        }
    }

    /// Returns true if the volume is missing unless something is mounted at its root.
    pub(crate) fn must_be_mounted(&self) -> bool {
        self.mount.is_some()
    }

    /// Returns the path of `content`, the log.
    #[must_use]
    pub fn content(&self) -> PathBuf {
        self.dir.join("content")
    }

    /// Returns the path of `config.json`, the configuration in force.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.dir.join("config.json")
    }

    /// Returns the path of `history/`, the newest 200 published configurations.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.dir.join("history")
    }

    /// Returns the path of a generation, such as `history/0000000042.json`. Ten digits make names sort by generation.
    #[must_use]
    pub fn history_file(&self, generation: u64) -> PathBuf {
        generations::file(&self.history(), generation)
    }

    /// Returns the path of `writer.lock`, which only writers lock. It contains their shared state and is never replaced.
    #[must_use]
    pub fn writer_lock(&self) -> PathBuf {
        self.dir.join("writer.lock")
    }

    /// Returns the path of `retries/`, the events that were applied within the retry window.
    #[must_use]
    pub fn retries(&self) -> PathBuf {
        self.dir.join("retries")
    }

    /// Returns the path of `rejected/`, the newest 20 refused events.
    #[must_use]
    pub fn rejected(&self) -> PathBuf {
        self.dir.join("rejected")
    }

    /// Returns the path of `files/`, the files that are published by name.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.dir.join("files")
    }

    /// Returns the path of `trash/`, which keeps replaced logs for 7 days.
    #[must_use]
    pub fn trash(&self) -> PathBuf {
        self.dir.join("trash")
    }
}

/// The error of a missing volume.
#[derive(Debug, thiserror::Error)]
#[error("{what} is missing: `{directory}` {problem}")]
pub(crate) struct MissingVolume {
    /// The volume, or another directory that a mount provides.
    what: &'static str,
    directory: String,
    problem: &'static str,
}

impl MissingVolume {
    pub(crate) fn error(what: &'static str, directory: &Path, problem: &'static str) -> io::Error {
        let directory = directory.display().to_string();
        io::Error::new(io::ErrorKind::NotFound, Self { what, directory, problem })
    }

    /// Returns true if a missing volume caused `error`.
    pub(crate) fn is_cause_of(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|error| error.is::<Self>())
    }
}

/// Returns true if something is mounted at `root`.
fn is_mount_point(root: &Path) -> io::Result<bool> {
    let failed = |error: Errno| open::failed("ask for the metadata of", root, &error.into());
    let asked = rustix::fs::statx(CWD, root, AtFlags::empty(), StatxFlags::BASIC_STATS).map_err(failed)?;
    if asked.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT) {
        return Ok(asked.stx_attributes.contains(StatxAttributes::MOUNT_ROOT));
    }
    // Before Linux 5.8: a mount point is on another device than its parent directory, or is its own parent.
    let above = fs_err::metadata(root.join(".."))?;
    let root = fs_err::metadata(root)?;
    Ok(root.dev() != above.dev() || root.ino() == above.ino())
}
