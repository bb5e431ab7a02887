//! One scan of everything under a watched path.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::find::Found;
use crate::fingerprint::Fingerprint;
use crate::mount::{Mount, is_missing};

/// The files that a scan found, by path. A directory comes before its content.
pub(crate) type Files = BTreeMap<PathBuf, Fingerprint>;

/// The result of a scan.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) files: Files,
    /// The watched path, unless it is a directory. It is returned open because closing it is a round trip, which would
    /// delay the events.
    pub(crate) open: Option<File>,
    /// The watched path could be opened, so the next scan may begin by opening it.
    pub(crate) opened: bool,
}

/// The error that ended a scan.
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

/// The options of a scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner<'a> {
    pub(crate) mount: Mount<'a>,
    pub(crate) recursive: bool,
    pub(crate) follow_symlinks: bool,
}

impl Scanner<'_> {
    /// Scans a watched path. The result is empty if the path does not exist.
    ///
    /// `expected` states that the last scan opened the path itself, without following a symbolic link.
    pub(crate) fn scan(self, root: &Path, expected: bool) -> Result<Scan, Failure> {
        let Found { metadata, file } = match self.mount.find(root, expected) {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(Scan::default()),
            Err(error) => return Err(Failure { path: root.to_owned(), error }),
        };
        let fingerprint = Fingerprint::of(&metadata);
        let identity = fingerprint.identity();
        let mut files = Files::from([(root.to_owned(), fingerprint)]);
        let opened = file.is_some();
        match file {
            Some(directory) if metadata.is_dir() => {
                self.scan_directory(root, directory, &mut vec![identity], &mut files)?;
                Ok(Scan { files, open: None, opened })
            }
            open => Ok(Scan { files, open, opened }),
        }
    }

    /// Scans an open directory. `above` lists the directories that led here, so that a link to one of them is not
    /// followed in a circle.
    fn scan_directory(
        self,
        directory: &Path,
        opened: File,
        above: &mut Vec<(u64, u64)>,
        files: &mut Files,
    ) -> Result<(), Failure> {
        let names = self.mount.list(opened).map_err(|error| Failure { path: directory.to_owned(), error })?;
        let device = above.last().map_or(0, |(device, _)| *device);
        for name in names {
            let path = directory.join(&name.name);
            match self.mount.entry(&path, &name, device, self.follow_symlinks) {
                Ok((fingerprint, inside)) => {
                    let identity = fingerprint.identity();
                    files.insert(path.clone(), fingerprint);
                    if let Some(inside) = inside.filter(|_| self.recursive && !above.contains(&identity)) {
                        above.push(identity);
                        self.scan_directory(&path, inside, above, files)?;
                        above.pop();
                    }
                }
                // It was removed after the directory was listed.
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(Failure { path, error }),
            }
        }
        Ok(())
    }
}
