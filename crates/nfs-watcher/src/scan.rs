//! One look at everything under a watched path.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::find::Found;
use crate::fingerprint::Fingerprint;
use crate::mount::{Mount, is_missing};

/// What was there, by path. Parents come before what is in them.
pub(crate) type Seen = BTreeMap<PathBuf, Fingerprint>;

/// What a look found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub(crate) seen: Seen,
    /// The watched path itself, where it is no directory. It is handed out open, because closing it is a round trip,
    /// for which what was seen need not wait.
    pub(crate) open: Option<File>,
    /// The watched path could be opened, so that opening it is where the next look begins.
    pub(crate) opened: bool,
}

/// Why a look could not be finished.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
}

impl From<Failure> for notify::Error {
    fn from(failure: Failure) -> Self {
        Self::io(failure.error).add_path(failure.path)
    }
}

/// What a look takes in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    pub(crate) mount: Mount<'a>,
    pub(crate) recursive: bool,
    pub(crate) follow_symlinks: bool,
}

impl Scan<'_> {
    /// Looks at a watched path. When nothing is seen, there is nothing of that name.
    ///
    /// `expected` says that the path was opened at the last look, as itself and not through a symbolic link.
    pub(crate) fn look(self, root: &Path, expected: bool) -> Result<Look, Failure> {
        let Found { metadata, file } = match self.mount.find(root, expected) {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(Look::default()),
            Err(error) => return Err(Failure { path: root.to_owned(), error }),
        };
        let fingerprint = Fingerprint::of(&metadata);
        let identity = fingerprint.identity();
        let mut seen = Seen::from([(root.to_owned(), fingerprint)]);
        let opened = file.is_some();
        match file {
            Some(directory) if metadata.is_dir() => {
                self.look_into(root, directory, &mut vec![identity], &mut seen)?;
                Ok(Look { seen, open: None, opened })
            }
            open => Ok(Look { seen, open, opened }),
        }
    }

    /// `above` are the directories on the way here, so that a link to one of them is not followed for ever.
    fn look_into(
        self,
        directory: &Path,
        opened: File,
        above: &mut Vec<(u64, u64)>,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let names = self.mount.list(opened).map_err(|error| Failure { path: directory.to_owned(), error })?;
        let device = above.last().map_or(0, |(device, _)| *device);
        for name in names {
            let path = directory.join(&name.name);
            match self.look_at(&path, &name, device) {
                Ok((fingerprint, inside)) => {
                    let identity = fingerprint.identity();
                    seen.insert(path.clone(), fingerprint);
                    if let Some(inside) = inside.filter(|_| self.recursive && !above.contains(&identity)) {
                        above.push(identity);
                        self.look_into(&path, inside, above, seen)?;
                        above.pop();
                    }
                }
                // It went away between the listing and now.
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(Failure { path, error }),
            }
        }
        Ok(())
    }
}
