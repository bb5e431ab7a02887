//! Files that are not of the type that the contract requires.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// A path of the contract that names a file of another type, or a file with unusable content.
///
/// It is the inner error of an [`io::Error`] of kind `InvalidData`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: is {found}; expected {expected}")]
pub struct ForeignFile {
    /// The path below the wall's directory, such as `history/0000000042.json`.
    pub name: String,
    /// The type that was found, such as `a FIFO`.
    pub found: &'static str,
    /// The type that was expected, such as `a regular file`.
    pub expected: &'static str,
}

impl ForeignFile {
    /// Returns the foreign file that caused `error`, if one did.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns an error that names the type of the file at `path`.
    pub(super) fn error(path: &Path, metadata: &Metadata, expected: &'static str) -> io::Error {
        let kind = metadata.file_type();
        let found = match () {
            () if kind.is_symlink() => "a symbolic link",
            () if kind.is_dir() => "a directory",
            () if kind.is_fifo() => "a FIFO",
            () if kind.is_socket() => "a socket",
            () if kind.is_char_device() || kind.is_block_device() => "a device",
            () => "a regular file",
        };
        Self { name: short_name(path), found, expected }.into()
    }
}

impl From<ForeignFile> for io::Error {
    fn from(file: ForeignFile) -> Self {
        Self::new(io::ErrorKind::InvalidData, file)
    }
}

/// Returns true if the error concerns only this one file and the volume works: the file has another type or must not be
/// read.
pub(crate) fn is_about_the_file(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied || ForeignFile::of(error).is_some()
}

/// Returns the path relative to the wall's directory, as the contract writes it.
pub(crate) fn short_name(path: &Path) -> String {
    let above = |levels| path.ancestors().nth(levels).and_then(Path::file_name).and_then(|name| name.to_str());
    let levels = match [above(1), above(2), above(3)] {
        [Some("history"), _, Some("files")] => 4,
        [_, Some("files"), _] => 3,
        [Some("history" | "retries" | "trash" | "rejected" | "files"), ..] => 2,
        _ => 1,
    };
    let root = path.ancestors().nth(levels).unwrap_or(path);
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
