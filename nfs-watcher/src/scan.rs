//! One look at everything under a watched path.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use crate::fingerprint::Fingerprint;
use crate::mount::{Mount, Opened, is_missing, is_stale};

/// What was there, by path. Parents come before what is in them.
pub(crate) type Seen = BTreeMap<PathBuf, Fingerprint>;

/// What a look found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub(crate) seen: Seen,
    /// The watched path itself, where it is no directory. It is handed out open, because closing it is a round trip,
    /// for which what was seen need not wait.
    pub(crate) open: Option<File>,
}

/// Why a look could not be finished.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
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
    /// `expected` says that the path was there at the last look, as itself and not through a symbolic link. Then opening
    /// it is enough to learn the truth; else the directory has to be opened first, because the client remembers for a
    /// long time that a name is missing, or where a link points.
    pub(crate) fn look(self, root: &Path, expected: bool) -> Result<Look, Failure> {
        let failed = |error| Failure { path: root.to_owned(), error };
        let mut opened = if expected { self.mount.open(root) } else { self.search(root) };
        if expected && opened.as_ref().is_err_and(|error| is_missing(error) || is_stale(error)) {
            // It went away, or was replaced together with its directory: ask again with nothing remembered.
            opened = self.search(root);
        }
        let Opened { metadata, file } = match opened {
            Ok(opened) => opened,
            Err(error) if is_missing(&error) => return Ok(Look::default()),
            Err(error) => return Err(failed(error)),
        };
        let fingerprint = Fingerprint::of(&metadata);
        let identity = fingerprint.identity();
        let mut seen = Seen::from([(root.to_owned(), fingerprint)]);
        if !metadata.is_dir() {
            return Ok(Look { seen, open: Some(file) });
        }
        self.look_into(root, file, &mut vec![identity], &mut seen)?;
        Ok(Look { seen, open: None })
    }

    fn search(self, root: &Path) -> io::Result<Opened> {
        if let Some(directory) = root.parent() {
            self.mount.refresh(directory)?;
        }
        self.mount.open(root)
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
        for name in names {
            let path = directory.join(name.name);
            match self.look_at(&path, name.kind) {
                Ok((metadata, inside)) => {
                    let fingerprint = Fingerprint::of(&metadata);
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

    /// Looks at one name of a directory; answers it opened when it is a directory itself.
    fn look_at(self, path: &Path, kind: FileType) -> io::Result<(Metadata, Option<File>)> {
        let (kind, is_link) = match kind {
            FileType::RegularFile | FileType::Directory => (kind, false),
            // A link's target has to be known before it is opened, and some servers do not say what a name is.
            _ => {
                let itself = self.mount.stat(path, false)?;
                if itself.is_symlink() && !self.follow_symlinks {
                    return Ok((itself, None));
                }
                if itself.is_symlink() {
                    match self.mount.stat(path, true) {
                        Ok(target) => (file_type(&target), true),
                        // A link that leads nowhere, or in a circle, is watched as the link that it is.
                        Err(_) => return Ok((itself, None)),
                    }
                } else {
                    (file_type(&itself), false)
                }
            }
        };
        if !matches!(kind, FileType::RegularFile | FileType::Directory) {
            return Ok((self.mount.stat(path, is_link)?, None));
        }
        match self.mount.open(path) {
            // What we may not read we still may see change, if later.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Ok((self.mount.stat(path, is_link)?, None))
            }
            Err(error) => Err(error),
            Ok(Opened { metadata, file }) if metadata.is_dir() => Ok((metadata, Some(file))),
            Ok(Opened { metadata, file }) => {
                self.mount.close([file]);
                Ok((metadata, None))
            }
        }
    }
}

fn file_type(metadata: &Metadata) -> FileType {
    match metadata.file_type() {
        kind if kind.is_file() => FileType::RegularFile,
        kind if kind.is_dir() => FileType::Directory,
        _ => FileType::Unknown,
    }
}
