//! All system calls on the mount. Each one is made so that the server answers it, not the client's cache.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, OFlags, open};
use rustix::io::{Errno, retry_on_intr};

use crate::liveness::Liveness;

/// Makes system calls on one mount and records them in `liveness`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mount<'a> {
    pub(crate) liveness: &'a Liveness,
}

/// An open file or directory, with its attributes at that moment.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) metadata: Metadata,
    pub(crate) file: File,
}

/// A directory entry as the listing returns it.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) name: std::ffi::OsString,
    pub(crate) kind: FileType,
    pub(crate) inode: u64,
}

impl Mount<'_> {
    /// Opens a file or directory and returns its current attributes.
    ///
    /// An NFS client answers `stat` from its cache for up to a minute, but `open` must ask the server (close-to-open
    /// consistency). `fstat` then returns the attributes that came with the server's answer.
    pub(crate) fn open(self, path: &Path) -> io::Result<Opened> {
        self.open_with(path, OFlags::empty())
    }

    /// Opens a directory, so that the client checks again which names in it are missing.
    ///
    /// A directory that may be searched but not listed cannot be opened. Fetching its attributes has the same effect:
    /// the client sees that the directory has changed.
    fn open_directory(self, path: &Path) -> io::Result<()> {
        // The parent of a bare file name is the empty path.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match self.open_with(path, OFlags::DIRECTORY) {
            Err(error) if is_forbidden(&error) => self.stat(path, true).map(drop),
            result => result.map(drop),
        }
    }

    fn open_with(self, path: &Path, flags: OFlags) -> io::Result<Opened> {
        // NONBLOCK: opening a pipe without a writer would block. It has no effect on regular files.
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        self.liveness.call(|| {
            let file = File::from(retry_on_intr(|| open(path, flags, Mode::empty()))?);
            Ok(Opened { metadata: file.metadata()?, file })
        })
    }

    /// Closes files. Closing is a call like any other: the client waits for the server's answer to each.
    pub(crate) fn close(self, files: impl IntoIterator<Item = File>) {
        files.into_iter().for_each(|file| self.liveness.call(|| drop(file)));
    }

    /// Returns attributes that the client may have cached.
    ///
    /// The file type is reliable all the same: it never changes for a file, and a name whose directory was just
    /// refreshed is looked up again.
    pub(crate) fn cached_stat(self, path: &Path, follow: bool) -> io::Result<Metadata> {
        self.liveness.call(|| if follow { path.metadata() } else { path.symlink_metadata() })
    }

    /// Asks the server for the attributes of a file that must not be opened (a pipe, a socket, a device) or cannot be
    /// (no permission).
    pub(crate) fn stat(self, path: &Path, follow: bool) -> io::Result<Metadata> {
        self.liveness.call(|| {
            fetch_attributes(path, follow);
            if follow { path.metadata() } else { path.symlink_metadata() }
        })
    }

    /// Returns the target of a symbolic link, or `None` for any other file.
    pub(crate) fn read_link(self, path: &Path) -> Option<PathBuf> {
        self.liveness.call(|| path.read_link()).ok()
    }

    /// Lists a directory that was just opened.
    pub(crate) fn list(self, directory: File) -> io::Result<Vec<Name>> {
        use std::os::unix::ffi::OsStrExt;
        self.liveness.call(|| {
            let mut names = Vec::new();
            for entry in Dir::new(directory)? {
                let entry = entry?;
                let name = entry.file_name().to_bytes();
                if name != b"." && name != b".." {
                    let name = std::ffi::OsStr::from_bytes(name).to_owned();
                    names.push(Name { name, kind: entry.file_type(), inode: entry.ino() });
                }
            }
            Ok(names)
        })
    }

    /// Makes the client check again which names under `directory` are missing, and under the directories above it as
    /// far as they are missing too. Returns true if `directory` exists.
    pub(crate) fn refresh(self, directory: &Path) -> io::Result<bool> {
        match self.open_directory(directory) {
            Ok(()) => Ok(true),
            Err(error) if is_missing(&error) || is_stale(&error) => match directory.parent() {
                Some(above) if self.refresh(above)? => match self.open_directory(directory) {
                    Err(error) if is_missing(&error) => Ok(false),
                    result => result.map(|()| true),
                },
                _ => Ok(false),
            },
            Err(error) => Err(error),
        }
    }
}

/// Makes the client fetch attributes that `stat` would otherwise answer from its cache.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn fetch_attributes(path: &Path, follow: bool) {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};

    let links = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    // If this fails, the `stat` that follows fails too and returns the error. Where the kernel does not support it,
    // `stat` returns cached attributes.
    let _ = statx(CWD, path, AtFlags::STATX_FORCE_SYNC | links, StatxFlags::BASIC_STATS);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn fetch_attributes(_path: &Path, _follow: bool) {}

/// Returns true if the path names no file: the name does not exist, a component is not a directory, or links form a
/// circle.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || is(error, Errno::LOOP)
}

/// Returns true if the server no longer knows the file that the client has cached for this path (`ESTALE`).
pub(crate) fn is_stale(error: &io::Error) -> bool {
    is(error, Errno::STALE)
}

/// Returns true if permission was denied.
pub(crate) fn is_forbidden(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}

/// Returns true if the file exists but cannot be opened for reading: no permission, a socket, a device without a
/// driver, or a lease that another process has not released yet.
pub(crate) fn is_not_opened(error: &io::Error) -> bool {
    is_forbidden(error) || [Errno::NXIO, Errno::NODEV, Errno::AGAIN].into_iter().any(|errno| is(error, errno))
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}
