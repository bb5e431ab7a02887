//! Opens files of the volume, where anybody may have placed anything.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags, openat};

/// Opens a regular file in a directory: no link, no FIFO, no directory. Returns `None` if it is missing.
///
/// # Errors
/// Returns an error that names the file if it is of another type, or if the volume fails.
pub(crate) fn open(directory: &File, name: &str) -> io::Result<Option<File>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(rustix::io::Errno::LOOP) => return Err(foreign(name)),
        Err(error) => return Err(named(name, &error.into())),
    };
    if file.metadata()?.is_file() { Ok(Some(file)) } else { Err(foreign(name)) }
}

/// Opens a directory, whose path is a setting. On NFS this makes the client ask the server again for the names in it.
/// Returns `None` if it is missing.
///
/// # Errors
/// Returns an error if it is no directory, or if the volume fails.
pub(crate) fn directory(path: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => Ok(Some(file.into())),
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(error) => Err(named(&path.display().to_string(), &error.into())),
    }
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// Returns an error if it is longer, or if the volume fails.
pub(crate) fn read(file: &File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("has more than {limit} bytes")));
    }
    Ok(bytes)
}

fn foreign(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{name}: is no regular file"))
}

fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}
