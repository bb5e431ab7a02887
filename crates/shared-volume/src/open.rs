//! Opens files. This is the only module that opens a file on the volume.
//!
//! Anyone who can write the volume can place anything there: a FIFO that blocks `open`, a symbolic link to another file, a
//! directory. Every file is therefore opened with `O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC` and must be a regular file.
//! Anything else is an error that names the path and the type of the file: a [`ForeignFile`].

mod foreign;

use std::ffi::CStr;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Read};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxFlags};
use rustix::io::Errno;

pub use crate::limits::MAX_DOCUMENT_BYTES;
pub use foreign::ForeignFile;
pub(crate) use foreign::{is_about_the_file, short_name};

/// The mode of directories: the owner (the function) writes, the group (the tasks) only reads.
pub(crate) const DIRECTORY_MODE: u32 = 0o750;

/// The mode of files: the owner (the function) writes, the group (the tasks) only reads.
pub(crate) const FILE_MODE: u32 = 0o640;

const GROUP_READS: u32 = 0o040;

/// The number of times that a call is repeated after `ESTALE`.
const STALE_TRIES: u32 = 3;

const ALWAYS: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Opens a regular file for reading. Returns `None` if it is missing.
pub(crate) fn read(path: &Path) -> io::Result<Option<File>> {
    present(open(path, OFlags::RDONLY))
}

/// Opens a regular file for reading and writing. Returns `None` if it is missing.
pub(crate) fn edit(path: &Path) -> io::Result<Option<File>> {
    present(open(path, OFlags::RDWR))
}

/// Opens a regular file for reading and appending. Returns `None` if it is missing.
pub(crate) fn append(path: &Path) -> io::Result<Option<File>> {
    present(open(path, OFlags::RDWR | OFlags::APPEND))
}

/// Opens a regular file for reading and appending, and creates it with [`FILE_MODE`] if it is missing.
pub(crate) fn append_or_create(path: &Path) -> io::Result<File> {
    match append(path)? {
        Some(file) => Ok(file),
        None => create_with(path, OFlags::RDWR | OFlags::APPEND),
    }
}

/// Creates a file with [`FILE_MODE`]. Fails if `path` exists.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    create_with(path, OFlags::WRONLY | OFlags::EXCL)
}

/// Creates a directory with [`DIRECTORY_MODE`] and makes its name durable. Does nothing if it exists.
///
/// The parent directory must exist. The root of the volume is never created, because a missing root is a missing mount.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    if directory(path)?.is_some() {
        return Ok(());
    }
    match std::fs::DirBuilder::new().mode(DIRECTORY_MODE).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(failed("create directory", path, &error)),
    }
    // The umask may have removed bits.
    fs_err::set_permissions(path, Permissions::from_mode(DIRECTORY_MODE))?;
    sync_parent(path)
}

/// Lets the group read a file that another program of this user created with a umask of 077.
pub(crate) fn let_the_group_read(file: &File) {
    if let Ok(metadata) = file.metadata()
        && metadata.mode() & GROUP_READS == 0
    {
        // The mode of another user's file cannot be changed. The reader reports that it must not read it.
        drop(file.set_permissions(Permissions::from_mode(metadata.mode() & 0o7777 | GROUP_READS)));
    }
}

/// Opens a directory. On NFS this makes the client ask the server again for the names in it.
pub(crate) fn directory(path: &Path) -> io::Result<Option<File>> {
    match rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | ALWAYS, Mode::empty()) {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(explained(path, &error.into(), "a directory")),
    }
}

/// Opens a directory in another one. Returns `None` if it is gone, or is something else.
pub(crate) fn directory_in(above: BorrowedFd<'_>, name: &CStr) -> io::Result<Option<File>> {
    match rustix::fs::openat(above, name, OFlags::RDONLY | OFlags::DIRECTORY | ALWAYS, Mode::empty()) {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::NOENT | Errno::STALE | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens the directory of a wall. Its path is a setting and may contain symbolic links.
pub(crate) fn root(path: &Path) -> io::Result<Option<File>> {
    let opened = rustix::fs::open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty());
    match opened.map(File::from).map_err(io::Error::from) {
        Ok(file) if file.metadata()?.is_dir() => Ok(Some(file)),
        Ok(file) => Err(ForeignFile::error(path, &file.metadata()?, "a directory")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => match path.metadata() {
            Ok(metadata) if !metadata.is_dir() => Err(ForeignFile::error(path, &metadata, "a directory")),
            _ => Err(failed("open", path, &error)),
        },
    }
}

/// Reads a whole document of at most [`MAX_DOCUMENT_BYTES`].
pub(crate) fn document(path: &Path, file: &mut File) -> io::Result<Vec<u8>> {
    whole(path, file, MAX_DOCUMENT_BYTES, ["larger than 256 KiB", "a document of at most 256 KiB"])
}

/// Reads a whole file of at most `longest` bytes. `fault` says what a longer one is, and what was expected.
pub(crate) fn whole(path: &Path, file: &mut File, longest: u64, fault: [&'static str; 2]) -> io::Result<Vec<u8>> {
    // Most documents fit into this, so that one call reads them.
    let mut bytes = Vec::with_capacity(4096);
    file.take(longest + 1).read_to_end(&mut bytes).map_err(|error| failed("read", path, &error))?;
    if bytes.len() as u64 > longest {
        let [found, expected] = fault;
        return Err(ForeignFile { name: short_name(path), found, expected }.into());
    }
    Ok(bytes)
}

/// Makes the name of `path` durable by syncing its directory. On NFS this costs nothing.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    match root(directory)? {
        Some(directory) => directory.sync_all(),
        None => Err(io::Error::new(io::ErrorKind::NotFound, format!("`{}` is gone", directory.display()))),
    }
}

/// Returns the device and inode that `path` names, as this client has them cached. An NFS client asks the server only after
/// the directory was opened and has changed.
pub(crate) fn identity_of_name(path: &Path) -> Option<(u64, u64)> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_DONT_SYNC;
    let named = rustix::fs::statx(CWD, path, flags, StatxFlags::INO).ok()?;
    Some((rustix::fs::makedev(named.stx_dev_major, named.stx_dev_minor), named.stx_ino))
}

/// Repeats a read that fails with `ESTALE`, at most three times.
///
/// The error means that the file was replaced on the server between two steps. Opening it again finds the new one.
pub(crate) fn retry_stale<T>(mut read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..STALE_TRIES {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle => {}
            result => return result,
        }
    }
    read()
}

/// Adds the operation and the path to an error of the file system.
pub(crate) fn failed(operation: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("failed to {operation} `{}`: {error}", path.display()))
}

fn present(opened: io::Result<File>) -> io::Result<Option<File>> {
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn create_with(path: &Path, flags: OFlags) -> io::Result<File> {
    let file = open(path, flags | OFlags::CREATE)?;
    // The umask may have removed bits.
    file.set_permissions(Permissions::from_mode(FILE_MODE)).map_err(|error| failed("set the mode of", path, &error))?;
    Ok(file)
}

fn open(path: &Path, flags: OFlags) -> io::Result<File> {
    let file: File = rustix::fs::open(path, flags | ALWAYS, Mode::from_raw_mode(FILE_MODE))
        .map_err(|error| explained(path, &error.into(), "a regular file"))?
        .into();
    let metadata = file.metadata().map_err(|error| failed("ask for the metadata of", path, &error))?;
    if metadata.is_file() { Ok(file) } else { Err(ForeignFile::error(path, &metadata, "a regular file")) }
}

/// Finds the reason why `path` could not be opened: the error of `open` does not contain the type of the file.
fn explained(path: &Path, error: &io::Error, expected: &'static str) -> io::Error {
    if error.kind() == io::ErrorKind::NotADirectory
        && let Some(above) = path.parent()
        && let Ok(metadata) = above.symlink_metadata()
        && !metadata.is_dir()
    {
        return ForeignFile::error(above, &metadata, "a directory");
    }
    if error.kind() == io::ErrorKind::NotFound {
        return failed("open", path, error);
    }
    let is_expected = |metadata: &Metadata| match expected {
        "a directory" => metadata.is_dir(),
        _ => metadata.is_file(),
    };
    match path.symlink_metadata() {
        Ok(metadata) if !is_expected(&metadata) => ForeignFile::error(path, &metadata, expected),
        _ => failed("open", path, error),
    }
}
