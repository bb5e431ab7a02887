//! Every system call on the mount: it is opened, never only asked.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

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
    pub(crate) fn open_directory(self, path: &Path) -> io::Result<()> {
        // The parent of a bare file name is the empty path.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        self.open_with(path, OFlags::DIRECTORY).map(drop)
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

    /// What bears this name, by `stat` alone: for what must not be opened (pipes, devices) or may not be (no permission).
    pub(crate) fn stat(self, path: &Path, follow: bool) -> io::Result<Metadata> {
        self.heart.ask(|| if follow { path.metadata() } else { path.symlink_metadata() })
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
                    names.push(Name { name: std::ffi::OsStr::from_bytes(name).to_owned(), kind: entry.file_type() });
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

/// The path leads nowhere: no such name, or what should be a directory on the way is none.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The server no longer knows what the client has cached under this path.
pub(crate) fn is_stale(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::STALE.raw_os_error())
}
