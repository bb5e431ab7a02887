//! Finds the file that a watched path names.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::mount::{Mount, Opened, is_missing, is_not_opened, is_stale};

/// The number of symbolic links that are followed to refresh the directories on the way. Longer chains are rare; their
/// ends are found when the client's cache expires.
const MAX_LINKS: usize = 8;

/// The file that a watched path names.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) metadata: Metadata,
    /// `None` if the file must not or cannot be opened.
    pub(crate) file: Option<File>,
}

impl From<Opened> for Found {
    fn from(Opened { metadata, file }: Opened) -> Self {
        Self { metadata, file: Some(file) }
    }
}

impl Mount<'_> {
    /// Finds the file that a watched path names.
    ///
    /// If the file is `expected` to exist and can be opened, one `open` is enough to learn its current state.
    pub(crate) fn find(self, root: &Path, expected: bool) -> io::Result<Found> {
        if !expected {
            return self.search(root);
        }
        match self.open(root) {
            // The file was removed, or replaced by another kind of file or with its directory: start from nothing.
            Err(error) if is_missing(&error) || is_stale(&error) || is_not_opened(&error) => self.search(root),
            result => result.map(Found::from),
        }
    }

    /// Finds the file that a path names, without any knowledge of it.
    fn search(self, root: &Path) -> io::Result<Found> {
        self.refresh_way(root)?;
        // Opening a pipe wakes a process that waits to write to it, and opening a device can have any effect.
        let kind = self.cached_stat(root, true)?.file_type();
        if kind.is_file() || kind.is_dir() {
            match self.open(root) {
                // A directory that cannot be listed is an error: no change in it could ever be reported.
                Err(error) if kind.is_file() && is_not_opened(&error) => {}
                result => return result.map(Found::from),
            }
        }
        Ok(Found { metadata: self.stat(root, true)?, file: None })
    }

    /// Makes the client forget, for every directory that leads to `root`, which names are missing and where links point.
    fn refresh_way(self, root: &Path) -> io::Result<()> {
        let mut path = root.to_owned();
        for _ in 0..MAX_LINKS {
            let Some(directory) = path.parent() else { break };
            self.refresh(directory)?;
            let Some(target) = self.read_link(&path) else { break };
            path = directory.join(target);
        }
        Ok(())
    }
}
