//! How the watched path itself is found.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::mount::{Mount, Opened, is_missing, is_not_opened, is_stale};

/// Through how many symbolic links a path is followed to refresh the directories on the way. They are as good as never
/// more; what is beyond is found when the client's cache expires.
const MOST_LINKS: usize = 8;

/// What bears the name of the watched path.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) metadata: Metadata,
    /// `None` for what must not or may not be opened, so that it was only asked about.
    pub(crate) file: Option<File>,
}

impl From<Opened> for Found {
    fn from(Opened { metadata, file }: Opened) -> Self {
        Self { metadata, file: Some(file) }
    }
}

impl Mount<'_> {
    /// Finds what bears the name of a watched path.
    ///
    /// What is `expected` to be there, and to be what can be opened, only has to be opened to learn the truth.
    pub(crate) fn find(self, root: &Path, expected: bool) -> io::Result<Found> {
        if !expected {
            return self.search(root);
        }
        match self.open(root) {
            // It went away, was replaced together with its directory, or by something else: ask with nothing remembered.
            Err(error) if is_missing(&error) || is_stale(&error) || is_not_opened(&error) => self.search(root),
            answer => answer.map(Found::from),
        }
    }

    /// Finds what bears a name of which nothing is known.
    fn search(self, root: &Path) -> io::Result<Found> {
        self.refresh_way(root)?;
        // Opening a pipe wakes who waits to write into it, opening a device may do anything: ask what it is first.
        let kind = self.glance(root, true)?.file_type();
        if kind.is_file() || kind.is_dir() {
            match self.open(root) {
                // A directory that may not be listed is trouble: nothing could ever be told of what is in it.
                Err(error) if kind.is_file() && is_not_opened(&error) => {}
                answer => return answer.map(Found::from),
            }
        }
        Ok(Found { metadata: self.stat(root, true)?, file: None })
    }

    /// Makes the client look again for what it remembers for long: that a name is missing, or where a link points. Each
    /// link on the way leads through a directory of its own.
    fn refresh_way(self, root: &Path) -> io::Result<()> {
        let mut path = root.to_owned();
        for _ in 0..MOST_LINKS {
            let Some(directory) = path.parent() else { break };
            self.refresh(directory)?;
            let Some(target) = self.read_link(&path) else { break };
            path = directory.join(target);
        }
        Ok(())
    }
}
