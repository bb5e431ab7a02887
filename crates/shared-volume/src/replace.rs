//! The atomic replacement of a file: a reader sees the old bytes or the new ones, never a mixture.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ulid::Ulid;

use crate::error::after_the_change;
use crate::intent::Intent;
use crate::lock::WriterLock;
use crate::open;

/// A new version of a file, complete and durable under a temporary name.
///
/// A writer that stalls may lose its lock before its rename. So the temporary file is written first, and only then is
/// the lock checked and the intent declared: a writer that takes the lock afterwards sees the intent and removes the
/// temporary file, so that the rename fails.
#[derive(Debug)]
pub(crate) struct Staged<'a> {
    path: &'a Path,
    temporary: PathBuf,
    /// Kept open, so that no other file gets its inode.
    file: File,
    renamed: bool,
}

impl<'a> Staged<'a> {
    /// Writes `bytes` durably to a temporary file beside `path`.
    pub(crate) fn write(path: &'a Path, parts: &[&[u8]]) -> io::Result<Self> {
        let (directory, name) = split(path)?;
        let temporary = directory.join(format!(".{}.{}.tmp", name.display(), Ulid::generate()));
        match write_new(&temporary, parts) {
            Ok(file) => Ok(Self { path, temporary, file, renamed: false }),
            Err(error) => {
                // The first error is the one to report. What cannot be removed is swept by a later writer.
                drop(fs_err::remove_file(&temporary));
                Err(error)
            }
        }
    }

    fn rename(&mut self) -> io::Result<()> {
        let renamed = fs_err::rename(&self.temporary, self.path).or_else(|error| {
            // Over NFS the reply may be lost although the rename happened (rename(2), BUGS): the target tells.
            match open::read(self.path) {
                Ok(Some(file)) if is_same(&file, &self.file).unwrap_or(false) => Ok(()),
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
            // What cannot be removed now is swept by a later writer.
            drop(fs_err::remove_file(&self.temporary));
        }
    }
}

/// Renames the temporary files over their paths, one after the other, after declaring the intent. The new versions are
/// durable when this returns.
///
/// `is_current` checks that what is about to be replaced is still what the new version was made of: by that a writer
/// notices that it stalled between the check of its lock and the declaration.
///
/// # Errors
/// When the lock was lost or a rename fails: then the old version of the last file stays, and the files before it, which
/// replace nothing, are removed again. When only the last name cannot be made durable, the new versions are there.
pub(crate) fn commit(
    mut files: Vec<Staged<'_>>,
    lock: &mut WriterLock<'_>,
    is_current: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let before = std::mem::replace(&mut lock.state.intent, Intent::Replace);
    let renamed = lock.declare().and_then(|()| is_current()).and_then(|()| rename_all(&mut files));
    renamed.inspect_err(|_| {
        lock.state.intent = before;
        for file in files.iter().filter(|file| file.renamed) {
            // A publication that did not come into force and cannot be removed now is removed by the next one.
            drop(fs_err::remove_file(file.path));
        }
    })?;
    files.last().map_or(Ok(()), |last| sync_directory_of(last.path).map_err(after_the_change))
}

fn rename_all(files: &mut [Staged<'_>]) -> io::Result<()> {
    let Some((last, others)) = files.split_last_mut() else { return Ok(()) };
    for file in others {
        file.rename()?;
        sync_directory_of(file.path)?;
    }
    last.rename()
}

/// Writes a new file durably, whole or not at all, replacing what stands there. To be used where no reader can depend
/// on the old version.
pub(crate) fn put(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    Staged::write(path, parts)?.rename()?;
    sync_directory_of(path)
}

/// Makes the name of `path` durable. On NFS it already is, and this costs nothing.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let (directory, _) = split(path)?;
    match open::root(directory)? {
        Some(directory) => directory.sync_all(),
        None => Err(io::Error::new(io::ErrorKind::NotFound, format!("`{}` is gone", directory.display()))),
    }
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

/// Returns true if both are the same file. A server may give the inode of a deleted file to a new one.
fn is_same(one: &File, other: &File) -> io::Result<bool> {
    let of = |file: &File| {
        let metadata = file.metadata()?;
        let (file, modified) = ((metadata.dev(), metadata.ino()), (metadata.mtime(), metadata.mtime_nsec()));
        io::Result::Ok((file, metadata.len(), modified))
    };
    Ok(of(one)? == of(other)?)
}

/// Removes the temporary files of replacements that were begun and not finished, so that they never will be.
pub(crate) fn remove_leftovers(directory: &Path) -> io::Result<()> {
    let listed = match fs_err::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed?,
    };
    for entry in listed {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        // A directory is none of ours, and cannot be renamed over a file.
        if text.starts_with('.') && text.ends_with(".tmp") && !entry.file_type()?.is_dir() {
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
