//! The directory of the volume. No other program creates it: without the mount, a function that did would write to its own
//! disk.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The mode: the owner writes, and the group only reads.
const MODE: u32 = 0o750;

/// Creates `directory` and its missing parents, and returns its canonical path. The new directories are durable: a power
/// failure cannot remove them with the messages in them.
pub(crate) fn make(directory: &Path) -> io::Result<PathBuf> {
    if !directory.is_dir() {
        make_durably(directory)?;
        fs_err::set_permissions(directory, Permissions::from_mode(MODE))?;
    }
    fs_err::canonicalize(directory)
}

fn make_durably(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make_durably(parent)?;
    match fs_err::create_dir(directory) {
        Ok(()) => fs_err::File::open(parent)?.sync_all(),
        // Another process created it at the same time.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(io::Error::new(error.kind(), format!("`{}` is not a directory", directory.display())))
        }
        Err(error) => Err(error),
    }
}
