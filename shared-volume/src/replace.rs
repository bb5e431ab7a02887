//! The atomic replacement of a file: a reader sees the old bytes or the new ones, never a mixture.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::OpenOptionsExt;
use ulid::Ulid;

use crate::volume::FILE_MODE;

/// Replaces `path` by `bytes`, durably: temporary file in the same directory, write, fsync, rename, fsync of the
/// directory.
///
/// To be called under the writers' lock. A temporary file found there was left by a writer that crashed, or belongs to
/// one that lost its lock while it was stalled: it is removed, so that such a writer's rename fails.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    remove_leftovers(path)?;
    let (directory, name) = split(path)?;
    let temporary = directory.join(temporary_name(name));
    write_and_rename(&temporary, path, bytes).inspect_err(|_| {
        // The error that is reported is the first one; the file, if it is there, is swept by the next replacement.
        drop(fs_err::remove_file(&temporary));
    })?;
    sync_directory(directory)
}

/// Writes a new file durably. It is an error when `path` exists.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs_err::OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let (directory, _) = split(path)?;
    sync_directory(directory)
}

/// Makes names in `directory` durable. On NFS they already are, and this does nothing.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    fs_err::File::open(directory)?.sync_all()
}

fn write_and_rename(temporary: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs_err::OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(temporary)?;
    file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let ours = file.metadata()?.ino();
    drop(file);
    match fs_err::rename(temporary, path) {
        Ok(()) => Ok(()),
        // Over NFS the reply may be lost although the rename happened (rename(2), BUGS): the target tells.
        Err(_) if fs_err::File::open(path).and_then(|file| file.metadata()).is_ok_and(|meta| meta.ino() == ours) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn temporary_name(name: &OsStr) -> PathBuf {
    PathBuf::from(format!(".{}.{}.tmp", name.display(), Ulid::generate()))
}

/// Removes what replacements of `path` have left that did not come to their end, so that they never will.
pub(crate) fn remove_leftovers(path: &Path) -> io::Result<()> {
    let (directory, name) = split(path)?;
    let prefix = format!(".{}.", name.display());
    for entry in fs_err::read_dir(directory)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let text = file_name.to_string_lossy();
        if text.starts_with(&prefix) && text.ends_with(".tmp") {
            match fs_err::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

fn split(path: &Path) -> io::Result<(&Path, &OsStr)> {
    path.parent().zip(path.file_name()).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("`{}` does not name a file in a directory", path.display()))
    })
}
