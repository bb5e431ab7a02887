//! Examines one entry of a watched directory.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use rustix::fs::FileType;

use crate::fingerprint::Fingerprint;
use crate::mount::{Mount, Name, Opened, is_forbidden, is_not_opened};

impl Mount<'_> {
    /// Returns the fingerprint of a directory entry, and the open file if the entry is itself a directory.
    ///
    /// `device` is the device of the directory that lists the entry.
    pub(crate) fn entry(
        self,
        path: &Path,
        name: &Name,
        device: u64,
        follow_symlinks: bool,
    ) -> io::Result<(Fingerprint, Option<File>)> {
        match self.open_or_stat(path, name.kind, follow_symlinks) {
            // The directory may be listed but not searched. Its names can still appear and disappear.
            Err(error) if is_forbidden(&error) => Ok((Fingerprint::listed(name, device), None)),
            result => result.map(|(metadata, inside)| (Fingerprint::of(&metadata), inside)),
        }
    }

    fn open_or_stat(self, path: &Path, kind: FileType, follow_symlinks: bool) -> io::Result<(Metadata, Option<File>)> {
        let (kind, is_link) = match kind {
            FileType::RegularFile | FileType::Directory => (kind, false),
            // The target of a link has to be known before it is opened, and some servers list names without a type.
            _ => {
                let itself = self.cached_stat(path, false)?;
                if itself.is_symlink() && !follow_symlinks {
                    return Ok((itself, None));
                }
                if itself.is_symlink() {
                    match self.cached_stat(path, true) {
                        Ok(target) => (file_type(&target), true),
                        // A dangling or circular link is watched as a link.
                        Err(_) => return Ok((itself, None)),
                    }
                } else {
                    (file_type(&itself), false)
                }
            }
        };
        if !matches!(kind, FileType::RegularFile | FileType::Directory) {
            return Ok((self.stat(path, is_link)?, None));
        }
        match self.open(path) {
            // A file without read permission still has attributes to compare.
            Err(error) if is_not_opened(&error) => Ok((self.stat(path, is_link)?, None)),
            Err(error) => Err(error),
            Ok(Opened { metadata, file }) if metadata.is_dir() => Ok((metadata, Some(file))),
            Ok(Opened { metadata, file }) => {
                self.close([file]);
                Ok((metadata, None))
            }
        }
    }
}

fn file_type(metadata: &Metadata) -> FileType {
    match metadata.file_type() {
        kind if kind.is_file() => FileType::RegularFile,
        kind if kind.is_dir() => FileType::Directory,
        _ => FileType::Unknown,
    }
}
