//! How a name in a watched directory is looked at.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use rustix::fs::FileType;

use crate::fingerprint::Fingerprint;
use crate::mount::{Name, Opened, is_forbidden, is_not_opened};
use crate::scan::Scan;

impl Scan<'_> {
    /// Looks at one name of a directory; answers it opened when it is a directory itself. `device` is the directory's.
    pub(crate) fn look_at(self, path: &Path, name: &Name, device: u64) -> io::Result<(Fingerprint, Option<File>)> {
        match self.open_or_ask(path, name.kind) {
            // The directory may be listed but not searched: the names in it still may come and go.
            Err(error) if is_forbidden(&error) => Ok((Fingerprint::listed(name, device), None)),
            answer => answer.map(|(metadata, inside)| (Fingerprint::of(&metadata), inside)),
        }
    }

    fn open_or_ask(self, path: &Path, kind: FileType) -> io::Result<(Metadata, Option<File>)> {
        let (kind, is_link) = match kind {
            FileType::RegularFile | FileType::Directory => (kind, false),
            // A link's target has to be known before it is opened, and some servers do not say what a name is.
            _ => {
                let itself = self.mount.glance(path, false)?;
                if itself.is_symlink() && !self.follow_symlinks {
                    return Ok((itself, None));
                }
                if itself.is_symlink() {
                    match self.mount.glance(path, true) {
                        Ok(target) => (file_type(&target), true),
                        // A link that leads nowhere, or in a circle, is watched as the link that it is.
                        Err(_) => return Ok((itself, None)),
                    }
                } else {
                    (file_type(&itself), false)
                }
            }
        };
        if !matches!(kind, FileType::RegularFile | FileType::Directory) {
            return Ok((self.mount.stat(path, is_link)?, None));
        }
        match self.mount.open(path) {
            // What we may not read we still may see change.
            Err(error) if is_not_opened(&error) => Ok((self.mount.stat(path, is_link)?, None)),
            Err(error) => Err(error),
            Ok(Opened { metadata, file }) if metadata.is_dir() => Ok((metadata, Some(file))),
            Ok(Opened { metadata, file }) => {
                self.mount.close([file]);
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
