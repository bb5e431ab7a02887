//! Writes directories and links so that a reader sees either the old ones or the new ones.

#[cfg(test)]
mod replacement_test;

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;
use tempfile::TempDir;

use super::error::MakeError;

/// The name of the link to the model in use.
const CURRENT: &str = "current";

/// Writes files durably to a temporary directory in `models`. Dropping it removes the directory.
pub(super) fn staged(models: &Path, name: &str, files: &[(&str, &[u8])]) -> io::Result<TempDir> {
    let staged = temporary(models, name)?;
    for (name, bytes) in files {
        let mut file = fs::File::create_new(staged.path().join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    sync(staged.path())?;
    Ok(staged)
}

/// Gives a staged directory its name. If it replaces another one, they change places and the old one is removed.
///
/// Some file systems, such as NFS, cannot exchange two directories. There the name is missing for a moment.
pub(super) fn publish(staged: TempDir, directory: &Path, replace: bool) -> Result<(), MakeError> {
    let renamed = rustix::fs::renameat_with(CWD, staged.path(), CWD, directory, RenameFlags::NOREPLACE);
    match renamed {
        Err(Errno::EXIST) if replace => exchange(&staged, directory)?,
        Err(Errno::EXIST) => return Err(MakeError::Exists(directory.to_owned())),
        // The file system has no such flag. A plain rename replaces nothing but an empty directory.
        Err(Errno::INVAL | Errno::NOSYS) => match fs::rename(staged.path(), directory) {
            Err(error) if is_taken(&error) && replace => step_aside(&staged, directory)?,
            Err(error) if is_taken(&error) => return Err(MakeError::Exists(directory.to_owned())),
            renamed => renamed?,
        },
        renamed => renamed.map_err(|error| failed("rename", directory, error))?,
    }
    // Removes the old model, if there is one.
    drop(staged);
    sync(directory.parent().unwrap_or(directory))?;
    Ok(())
}

/// Makes `current` a link to the model `name`, in one step.
pub(super) fn point_to(models: &Path, name: &str) -> io::Result<()> {
    let staged = temporary(models, CURRENT)?;
    let link = staged.path().join(CURRENT);
    symlink(name, &link)?;
    fs::rename(&link, models.join(CURRENT))?;
    sync(models)
}

fn exchange(staged: &TempDir, directory: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, staged.path(), CWD, directory, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS) => step_aside(staged, directory),
        exchanged => exchanged.map_err(|error| failed("exchange", directory, error)),
    }
}

/// Moves the old directory into the temporary one's place, in two steps.
fn step_aside(staged: &TempDir, directory: &Path) -> io::Result<()> {
    let aside = temporary(directory.parent().unwrap_or(directory), "old")?;
    let old = aside.path().join("model");
    fs::rename(directory, &old)?;
    fs::rename(staged.path(), directory).inspect_err(|_| {
        // The first error is reported.
        drop(fs::rename(&old, directory));
    })
}

/// Creates a hidden directory that everyone may read, as far as the umask allows.
fn temporary(models: &Path, name: &str) -> io::Result<TempDir> {
    let prefix = format!(".{name}.");
    tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(".tmp")
        .permissions(Permissions::from_mode(0o777))
        .tempdir_in(models)
}

fn sync(directory: &Path) -> io::Result<()> {
    fs::File::open(directory)?.sync_all()
}

fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory
    )
}

fn failed(operation: &str, path: &Path, error: Errno) -> io::Error {
    io::Error::new(error.kind(), format!("failed to {operation} `{}`: {error}", path.display()))
}
