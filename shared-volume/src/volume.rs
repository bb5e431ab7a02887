//! Where things are on the volume.

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Directories are 0750: the owner (the function) writes, the group (the tasks) only reads.
const DIRECTORY_MODE: u32 = 0o750;

/// Files are 0640, for the same reason.
pub(crate) const FILE_MODE: u32 = 0o640;

/// The root of the access point, as mounted (on AWS `/mnt/msg`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    root: PathBuf,
}

impl Volume {
    /// The volume mounted at `root`. Nothing is touched: the directory may come to exist later.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory of a wall: the root for the default wall, `walls/<name>` for a named one.
    #[must_use]
    pub fn wall(&self, name: Option<&WallName>) -> WallDir {
        let dir = match name {
            None => self.root.clone(),
            Some(name) => self.root.join("walls").join(&name.0),
        };
        WallDir { dir }
    }
}

/// The name of a wall: 1 to 64 of `a-z`, `0-9` and `-`, so that it is safe in a path and in a URL.
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

/// A name that cannot be a wall's.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} cannot name a wall: use 1 to 64 of a-z, 0-9 and -")]
pub struct InvalidWallName(String);

/// The directory of one wall, and the files in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallDir {
    dir: PathBuf,
}

impl WallDir {
    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// `content`: the log of messages.
    #[must_use]
    pub fn content(&self) -> PathBuf {
        self.dir.join("content")
    }

    /// `config.json`: the configuration in force.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.dir.join("config.json")
    }

    /// `history/`: every configuration ever published.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.dir.join("history")
    }

    /// `history/0000000042.json`: ten digits, so that names sort as generations do.
    #[must_use]
    pub fn history_file(&self, generation: u64) -> PathBuf {
        self.history().join(format!("{generation:010}.json"))
    }

    /// `writer.lock`: taken by writers only, never replaced, never deleted. It tells what its holder has begun.
    #[must_use]
    pub fn writer_lock(&self) -> PathBuf {
        self.dir.join("writer.lock")
    }
}

/// Creates `dir` and what is missing above it, with the contract's modes whatever the umask is.
pub(crate) fn create_directory(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(dir).map_err(|error| {
        io::Error::new(error.kind(), format!("failed to create directory `{}`: {error}", dir.display()))
    })?;
    fs_err::set_permissions(dir, std::fs::Permissions::from_mode(DIRECTORY_MODE))
}
