//! Opening files. This is the only place that opens a file on the volume.
//!
//! Whoever can write the volume can plant anything there: a FIFO that blocks `open`, a symbolic link to another file, a
//! directory. Every open therefore uses `O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC` and accepts only a regular file.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxFlags};

use crate::volume::FILE_MODE;

/// The largest JSON document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: u64 = 256 * 1024;

const GROUP_READS: u32 = 0o040;

const ALWAYS: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Something that is not a regular file stands where the contract wants one, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: is {found}; expected {expected}")]
pub struct ForeignFile {
    /// The path below the wall's directory, such as `history/0000000042.json`.
    pub name: String,
    /// Such as `a FIFO`.
    pub found: &'static str,
    /// Such as `a regular file`.
    pub expected: &'static str,
}

impl ForeignFile {
    /// Returns the foreign file that `error` is about, if it is about one.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

/// Opens a regular file for reading. Returns `None` if it is missing.
pub(crate) fn read(path: &Path) -> io::Result<Option<File>> {
    present(open(path, OFlags::RDONLY, Mode::empty()))
}

/// Opens a regular file for reading and writing. Returns `None` if it is missing.
pub(crate) fn edit(path: &Path) -> io::Result<Option<File>> {
    present(open(path, OFlags::RDWR, Mode::empty()))
}

/// Opens a regular file for reading and appending. Returns `None` if it is missing.
pub(crate) fn append(path: &Path) -> io::Result<Option<File>> {
    present(open(path, OFlags::RDWR | OFlags::APPEND, Mode::empty()))
}

/// Opens a regular file for reading and appending, and creates it with the contract's mode if it is missing.
pub(crate) fn append_or_create(path: &Path) -> io::Result<File> {
    if let Some(file) = append(path)? {
        return Ok(file);
    }
    let file = open(path, OFlags::RDWR | OFlags::APPEND | OFlags::CREATE, Mode::from_raw_mode(FILE_MODE))?;
    set_mode(&file, path)?;
    Ok(file)
}

/// Lets the tasks read a file that another program of this user has created under a umask of 077.
pub(crate) fn let_the_group_read(file: &File) {
    if let Ok(metadata) = file.metadata()
        && metadata.mode() & GROUP_READS == 0
    {
        // The file of another user stays as it is: the reader names it.
        drop(file.set_permissions(std::fs::Permissions::from_mode(metadata.mode() & 0o7777 | GROUP_READS)));
    }
}

/// Returns the device and inode that `path` names, as far as this client knows: an NFS client asks the server only after
/// the directory was opened and has changed.
pub(crate) fn identity_of_name(path: &Path) -> Option<(u64, u64)> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_DONT_SYNC;
    let named = rustix::fs::statx(CWD, path, flags, StatxFlags::INO).ok()?;
    Some((rustix::fs::makedev(named.stx_dev_major, named.stx_dev_minor), named.stx_ino))
}

/// Creates a file with the contract's mode, whatever the umask is. Fails if `path` exists.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let file = open(path, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, Mode::from_raw_mode(FILE_MODE))?;
    set_mode(&file, path)?;
    Ok(file)
}

/// Opens a directory. Opening it makes an NFS client ask the server again for the names in it.
pub(crate) fn directory(path: &Path) -> io::Result<Option<File>> {
    match rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | ALWAYS, Mode::empty()) {
        Ok(file) => Ok(Some(file.into())),
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(error) => Err(explained(path, &error.into(), "a directory")),
    }
}

/// Opens the directory of a wall, which may be named through symbolic links: its name is a setting.
pub(crate) fn root(path: &Path) -> io::Result<Option<File>> {
    let opened = rustix::fs::open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty());
    match opened.map(File::from).map_err(io::Error::from) {
        Ok(file) if file.metadata()?.is_dir() => Ok(Some(file)),
        Ok(file) => Err(foreign(path, &file.metadata()?, "a directory")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => match path.metadata() {
            Ok(metadata) if !metadata.is_dir() => Err(foreign(path, &metadata, "a directory")),
            _ => Err(failed("open", path, &error)),
        },
    }
}

/// Reads a whole document of at most [`MAX_DOCUMENT_BYTES`].
pub(crate) fn document(path: &Path, file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed("read", path, &error))?;
    if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
        return Err(ForeignFile {
            name: short_name(path),
            found: "larger than 256 KiB",
            expected: "a document of at most 256 KiB",
        }
        .into());
    }
    Ok(bytes)
}

/// Returns true if the error is about this one file, and the volume is well: something else stands in its place, or it may
/// not be read.
pub(crate) fn is_about_the_file(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied || ForeignFile::of(error).is_some()
}

/// Names the operation and the path in an error of the file system.
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

fn open(path: &Path, flags: OFlags, mode: Mode) -> io::Result<File> {
    let file: File = rustix::fs::open(path, flags | ALWAYS, mode)
        .map_err(|error| explained(path, &error.into(), "a regular file"))?
        .into();
    let metadata = file.metadata().map_err(|error| failed("ask for the metadata of", path, &error))?;
    if metadata.is_file() { Ok(file) } else { Err(foreign(path, &metadata, "a regular file")) }
}

/// Finds out why `path` could not be opened: the error of `open` does not name the type of what stands there.
fn explained(path: &Path, error: &io::Error, expected: &'static str) -> io::Error {
    if error.kind() == io::ErrorKind::NotADirectory
        && let Some(above) = path.parent()
        && let Ok(metadata) = above.symlink_metadata()
        && !metadata.is_dir()
    {
        return foreign(above, &metadata, "a directory");
    }
    let is_expected = |metadata: &Metadata| match expected {
        "a directory" => metadata.is_dir(),
        _ => metadata.is_file(),
    };
    match path.symlink_metadata() {
        Ok(metadata) if !is_expected(&metadata) => foreign(path, &metadata, expected),
        _ => failed("open", path, error),
    }
}

fn foreign(path: &Path, metadata: &Metadata, expected: &'static str) -> io::Error {
    let kind = metadata.file_type();
    let found = match () {
        () if kind.is_symlink() => "a symbolic link",
        () if kind.is_dir() => "a directory",
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "a regular file",
    };
    ForeignFile { name: short_name(path), found, expected }.into()
}

impl From<ForeignFile> for io::Error {
    fn from(file: ForeignFile) -> Self {
        Self::new(io::ErrorKind::InvalidData, file)
    }
}

/// Returns the path as the contract writes it: below the wall's directory.
pub(crate) fn short_name(path: &Path) -> String {
    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
    let parent = path.parent().and_then(Path::file_name).and_then(|parent| parent.to_str());
    match parent {
        Some(parent @ ("history" | "retries" | "trash" | "rejected")) => Path::new(parent).join(name),
        _ => name,
    }
    .display()
    .to_string()
}

fn set_mode(file: &File, path: &Path) -> io::Result<()> {
    file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE))
        .map_err(|error| failed("set the mode of", path, &error))
}
