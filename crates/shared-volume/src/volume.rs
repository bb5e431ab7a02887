//! Where things are on the volume.

use std::fs::File;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags};
use rustix::io::Errno;

use crate::{open, replace};

/// Directories are 0750: the owner (the function) writes, the group (the tasks) only reads.
const DIRECTORY_MODE: u32 = 0o750;

/// Files are 0640, for the same reason.
pub(crate) const FILE_MODE: u32 = 0o640;

/// The root of the access point, as mounted (on AWS `/mnt/msg`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    root: PathBuf,
    require_mount: bool,
}

impl Volume {
    /// The volume mounted at `root`. Nothing is touched: the directory may come to exist later.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), require_mount: false }
    }

    /// Takes the volume for missing unless the root is a mount point. An image that has the directory, so that a new
    /// volume gets its owner, would otherwise keep the wall in the container.
    #[must_use]
    pub fn require_mount(self, require_mount: bool) -> Self {
        Self { require_mount, ..self }
    }

    /// The directory of a wall: the root for the default wall, `walls/<name>` for a named one.
    #[must_use]
    pub fn wall(&self, name: Option<&WallName>) -> WallDir {
        let dir = match name {
            None => self.root.clone(),
            Some(name) => self.root.join("walls").join(&name.0),
        };
        WallDir { dir, mount: self.require_mount.then(|| self.root.clone()) }
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
    /// The directory that must be a mount point.
    mount: Option<PathBuf>,
}

impl WallDir {
    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Opens the directory, which makes an NFS client ask the server again for the names in it.
    ///
    /// # Errors
    /// When the volume is missing: there is no such directory, or it has to be a mount point and is none.
    pub fn open(&self) -> io::Result<File> {
        let missing = |problem| {
            let missing = MissingVolume { directory: self.dir.display().to_string(), problem };
            io::Error::new(io::ErrorKind::NotFound, missing)
        };
        let directory = open::root(&self.dir)?.ok_or_else(|| missing("does not exist"))?;
        match &self.mount {
            Some(root) if !is_mount_point(root)? => Err(missing("is not a mount point")),
            _ => Ok(directory),
        }
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

    /// `writer.lock`: taken by writers only, never replaced, never deleted. It contains the state of the writers.
    #[must_use]
    pub fn writer_lock(&self) -> PathBuf {
        self.dir.join("writer.lock")
    }

    /// `retries/`: the events that were applied within the retry window.
    #[must_use]
    pub fn retries(&self) -> PathBuf {
        self.dir.join("retries")
    }

    /// `rejected/`: events that were refused, the newest 20.
    #[must_use]
    pub fn rejected(&self) -> PathBuf {
        self.dir.join("rejected")
    }

    /// `trash/`: logs that compaction and clear replaced, for 7 days.
    #[must_use]
    pub fn trash(&self) -> PathBuf {
        self.dir.join("trash")
    }
}

/// The volume is not there.
#[derive(Debug, thiserror::Error)]
#[error("the volume is missing: `{directory}` {problem}")]
pub(crate) struct MissingVolume {
    directory: String,
    problem: &'static str,
}

impl MissingVolume {
    /// Returns true if `error` says that the volume is missing.
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
    // Before Linux 5.8: a mount is on another device than the directory above it, or is that directory itself.
    let above = fs_err::metadata(root.join(".."))?;
    let root = fs_err::metadata(root)?;
    Ok(root.dev() != above.dev() || root.ino() == above.ino())
}

/// Creates a directory of the contract with its mode, whatever the umask is, and makes its name durable. The directory
/// above it must exist: nobody creates the root of the volume, because a missing root means a missing mount.
pub(crate) fn create_directory(dir: &Path) -> io::Result<()> {
    if open::directory(dir)?.is_some() {
        return Ok(());
    }
    match std::fs::DirBuilder::new().mode(DIRECTORY_MODE).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(open::failed("create directory", dir, &error)),
    }
    fs_err::set_permissions(dir, std::fs::Permissions::from_mode(DIRECTORY_MODE))?;
    replace::sync_directory_of(dir)
}
