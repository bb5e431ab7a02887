//! Atomic replacement of files: a reader sees either the old bytes or the new ones.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ulid::Ulid;

use crate::error::after_the_change;
use crate::intent::Intent;
use crate::lock::WriterLock;
use crate::{fingerprint, open};

/// A new version of a file, complete and durable under a temporary name. Dropping it removes the temporary file.
///
/// A writer that stalls may lose its lock before the rename. The temporary file is therefore written first, and then
/// [`commit`] checks the lock and declares the intent. A writer that takes the lock afterwards sees the intent and removes
/// the temporary file, so that the late rename fails.
#[derive(Debug)]
pub(crate) struct Staged<'a> {
    path: &'a Path,
    temporary: PathBuf,
    /// Keeps the inode from being given to another file.
    file: File,
    renamed: bool,
}

impl<'a> Staged<'a> {
    /// Writes `parts` durably to a temporary file beside `path`.
    pub(crate) fn write(path: &'a Path, parts: &[&[u8]]) -> io::Result<Self> {
        Self::write_in(split(path)?.0, path, parts)
    }

    /// Writes `parts` durably to a temporary file in `directory`, which is on the file system of `path`.
    pub(crate) fn write_in(directory: &Path, path: &'a Path, parts: &[&[u8]]) -> io::Result<Self> {
        let (_, name) = split(path)?;
        let temporary = directory.join(format!(".{}.{}.tmp", name.display(), Ulid::generate()));
        match write_new(&temporary, parts) {
            Ok(file) => Ok(Self { path, temporary, file, renamed: false }),
            Err(error) => {
                // The first error is reported. A later writer removes a file that remains.
                drop(fs_err::remove_file(&temporary));
                Err(error)
            }
        }
    }

    fn rename(&mut self) -> io::Result<()> {
        let renamed = fs_err::rename(&self.temporary, self.path).or_else(|error| {
            // On NFS the reply may be lost although the rename succeeded (rename(2), BUGS). The target shows it.
            match open::read(self.path) {
                Ok(Some(file)) if is_same_content(&file, &self.file).unwrap_or(false) => Ok(()),
                _ => Err(error),
            }
        });
        self.renamed = renamed.is_ok();
        renamed
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.renamed {
            // A later writer removes a file that remains.
            drop(fs_err::remove_file(&self.temporary));
        }
    }
}

/// Declares the intent and renames the temporary files over their paths, in order. The new versions are durable when this
/// returns.
///
/// `is_current` checks that the files to replace are still those from which the new versions were made. It fails if this
/// writer stalled between the check of its lock and the declaration.
///
/// # Errors
/// Returns an error if the lock was lost or a rename failed. The old version of the last file then remains, and the files
/// before it, which replace nothing, are removed unless the lock was lost. If only the last name could not be made durable, the new versions are
/// in place.
pub(crate) fn commit(
    mut files: Vec<Staged<'_>>,
    lock: &mut WriterLock<'_>,
    is_current: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let before = std::mem::replace(&mut lock.state.intent, Intent::Replace);
    let renamed = lock.declare().and_then(|()| is_current()).and_then(|()| rename_all(&mut files));
    renamed.inspect_err(|_| {
        lock.state.intent = before;
        // A writer that has lost the lock removes nothing: another one may have completed what it has begun.
        let is_held = lock.check_held().is_ok();
        for file in files.iter().filter(|file| file.renamed && is_held) {
            // The next publication removes a file that remains.
            drop(fs_err::remove_file(file.path));
        }
    })?;
    files.last().map_or(Ok(()), |last| open::sync_parent(last.path).map_err(after_the_change))
}

fn rename_all(files: &mut [Staged<'_>]) -> io::Result<()> {
    let Some((last, others)) = files.split_last_mut() else { return Ok(()) };
    for file in others {
        file.rename()?;
        open::sync_parent(file.path)?;
    }
    last.rename()
}

/// Writes a file atomically and durably, without declaring an intent. For files whose old version no reader needs.
pub(crate) fn put(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    Staged::write(path, parts)?.rename()?;
    open::sync_parent(path)
}

fn write_new(temporary: &Path, parts: &[&[u8]]) -> io::Result<File> {
    let failed = |error: io::Error| open::failed("write", temporary, &error);
    let mut file = open::create(temporary)?;
    for part in parts {
        file.write_all(part).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;
    Ok(file)
}

fn is_same_content(one: &File, other: &File) -> io::Result<bool> {
    Ok(fingerprint::of_file(one)?.is_same_content(&fingerprint::of_file(other)?))
}

/// Removes the temporary files of unfinished replacements, so that a late rename fails.
pub(crate) fn remove_leftovers(directory: &Path) -> io::Result<()> {
    let listed = match fs_err::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed?,
    };
    for entry in listed {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        // No writer creates such a directory, and a directory cannot be renamed over a file.
        if text.starts_with('.') && text.ends_with(".tmp") && !entry.file_type()?.is_dir() {
            match fs_err::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Removes the temporary files in a directory of the contract, if it is there and a directory.
pub(crate) fn remove_leftovers_below(directory: &Path) -> io::Result<()> {
    match open::directory(directory) {
        Ok(Some(_)) => remove_leftovers(directory),
        Ok(None) => Ok(()),
        Err(error) if open::is_about_the_file(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn split(path: &Path) -> io::Result<(&Path, &OsStr)> {
    path.parent().zip(path.file_name()).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("`{}` does not name a file in a directory", path.display()))
    })
}
