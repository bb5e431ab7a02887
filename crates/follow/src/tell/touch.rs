//! Makes inotify report a new generation to programs that watch one file or one name.
//!
//! When `..data` is exchanged, inotify reports only that name. A program that watches the directory for its own names hears
//! nothing, and neither does one that watches the file behind a name, because that file stays in the old generation.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use crate::target::{Change, link};

/// Renews each name in the target, and opens and closes each file of the old generations for writing.
pub(super) fn touch(change: &Change) -> io::Result<()> {
    for name in &change.names {
        renew(name)?;
    }
    change.old.iter().try_for_each(|old| reopen(old))
}

/// Renames a new link over the link. Who watches the directory sees the name move in. A mirrored file was renamed already.
fn renew(name: &Path) -> io::Result<()> {
    let (Ok(target), Some(directory)) = (fs_err::read_link(name), name.parent()) else { return Ok(()) };
    link(&target, name, directory)
}

/// Opens every file below for writing and closes it with its content unchanged.
fn reopen(path: &Path) -> io::Result<()> {
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        // Its time was over meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if metadata.is_dir() {
        for entry in fs_err::read_dir(path)? {
            reopen(&entry?.path())?;
        }
        return Ok(());
    }
    File::options().append(true).open(path)?.set_modified(SystemTime::now())
}
