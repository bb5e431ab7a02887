//! Every system call on the mount: it is opened where that may be, and else the server is asked all the same.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, OFlags, open};
use rustix::io::{Errno, retry_on_intr};

use crate::heart::Heart;

/// Asks one mount, and lets the heartbeat show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mount<'a> {
    pub(crate) heart: &'a Heart,
}

/// A file or directory, open, and what it was then.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) metadata: Metadata,
    pub(crate) file: File,
}

/// A name in a directory, as the listing has it.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) name: std::ffi::OsString,
    pub(crate) kind: FileType,
    pub(crate) inode: u64,
}

impl Mount<'_> {
    /// Opens a file or directory and learns what it is, as the server has it now.
    ///
    /// An NFS client answers `stat` from its cache for seconds to a minute, but `open` must ask the server
    /// (close-to-open consistency), and the attributes that come back with it are what `fstat` then answers.
    pub(crate) fn open(self, path: &Path) -> io::Result<Opened> {
        self.open_with(path, OFlags::empty())
    }

    /// Opens a directory, which makes the client ask whether the names in it that it remembers as missing still are.
    ///
    /// A directory that may be searched but not listed cannot be opened; asking the server for its attributes tells the
    /// client as well that the directory has changed.
    fn open_directory(self, path: &Path) -> io::Result<()> {
        // The parent of a bare file name is the empty path.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match self.open_with(path, OFlags::DIRECTORY) {
            Err(error) if is_forbidden(&error) => self.stat(path, true).map(drop),
            answer => answer.map(drop),
        }
    }

    fn open_with(self, path: &Path, flags: OFlags) -> io::Result<Opened> {
        // NONBLOCK, so that a pipe with no writer does not hold up the watcher; regular files do not heed it.
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        self.heart.ask(|| {
            let file = File::from(retry_on_intr(|| open(path, flags, Mode::empty()))?);
            Ok(Opened { metadata: file.metadata()?, file })
        })
    }

    /// Closes files. It is a question as well: for each the client waits until the server has answered.
    pub(crate) fn close(self, files: impl IntoIterator<Item = File>) {
        files.into_iter().for_each(|file| self.heart.ask(|| drop(file)));
    }

    /// What kind of file bears this name, as the client knows it: a file never becomes one of another kind, and a name
    /// whose directory was just refreshed is looked up again.
    pub(crate) fn glance(self, path: &Path, follow: bool) -> io::Result<Metadata> {
        self.heart.ask(|| if follow { path.metadata() } else { path.symlink_metadata() })
    }

    /// Asks the server for what bears this name: for what must not be opened (pipes, sockets, devices) or may not be (no
    /// permission).
    pub(crate) fn stat(self, path: &Path, follow: bool) -> io::Result<Metadata> {
        self.heart.ask(|| {
            fetch_attributes(path, follow);
            if follow { path.metadata() } else { path.symlink_metadata() }
        })
    }

    /// The target of a symbolic link; `None` for everything else.
    pub(crate) fn read_link(self, path: &Path) -> Option<PathBuf> {
        self.heart.ask(|| path.read_link()).ok()
    }

    /// The names in a directory that was just opened.
    pub(crate) fn list(self, directory: File) -> io::Result<Vec<Name>> {
        use std::os::unix::ffi::OsStrExt;
        self.heart.ask(|| {
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

    /// Makes the client look again for what it may remember as missing under `directory`, however many directories above
    /// it are themselves missing. Answers whether `directory` is there.
    pub(crate) fn refresh(self, directory: &Path) -> io::Result<bool> {
        match self.open_directory(directory) {
            Ok(()) => Ok(true),
            Err(error) if is_missing(&error) || is_stale(&error) => match directory.parent() {
                Some(above) if self.refresh(above)? => match self.open_directory(directory) {
                    Err(error) if is_missing(&error) => Ok(false),
                    answer => answer.map(|()| true),
                },
                _ => Ok(false),
            },
            Err(error) => Err(error),
        }
    }
}

/// Makes the client fetch the attributes that `stat` would else answer from its cache for seconds to a minute.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn fetch_attributes(path: &Path, follow: bool) {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};

    let links = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    // When it fails, `stat` fails too, and says why; where the kernel cannot do it, `stat` answers what the client knows.
    let _ = statx(CWD, path, AtFlags::STATX_FORCE_SYNC | links, StatxFlags::BASIC_STATS);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn fetch_attributes(_path: &Path, _follow: bool) {}

/// The path leads nowhere: no such name, what should be a directory on the way is none, or links lead in a circle.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || is(error, Errno::LOOP)
}

/// The server no longer knows what the client has cached under this path.
pub(crate) fn is_stale(error: &io::Error) -> bool {
    is(error, Errno::STALE)
}

/// Somebody's permission is missing.
pub(crate) fn is_forbidden(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}

/// It is there, but cannot be opened for reading: no permission, a socket, a device without a driver, or a lease that
/// another process has yet to give back.
pub(crate) fn is_not_opened(error: &io::Error) -> bool {
    is_forbidden(error) || [Errno::NXIO, Errno::NODEV, Errno::AGAIN].into_iter().any(|errno| is(error, errno))
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}
