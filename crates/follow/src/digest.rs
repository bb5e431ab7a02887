//! The digest of what is mirrored: names, modes and contents.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::fault::{Fault, Kind};

/// The size of the buffer for contents.
const BUFFER_BYTES: usize = 64 << 10;

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// Returns the first 16 hexadecimal digits, which name a generation.
    pub(crate) fn short(self) -> String {
        self.to_string()[..16].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The digest of a tree, of which the entries are added in the order of their paths.
#[derive(Default)]
pub(crate) struct TreeDigest(Sha256);

impl TreeDigest {
    /// Adds a directory.
    pub(crate) fn directory(&mut self, path: &Path, mode: u32) {
        self.entry(b'd', path, mode, &[0; 32]);
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: &Path, mode: u32, content: Digest) {
        self.entry(b'f', path, mode, &content.0);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }

    fn entry(&mut self, kind: u8, path: &Path, mode: u32, content: &[u8; 32]) {
        let path = path.as_os_str().as_bytes();
        self.0.update([kind]);
        self.0.update((path.len() as u64).to_be_bytes());
        self.0.update(path);
        self.0.update(mode.to_be_bytes());
        self.0.update(content);
    }
}

/// Passes the content of `file` to `write`, at most `most` bytes, and returns its digest and length.
pub(crate) fn pass_on(
    file: &mut impl Read,
    most: u64,
    read_failed: impl Fn(&io::Error) -> Fault,
    mut write: impl FnMut(&[u8]) -> Result<(), Fault>,
) -> Result<(Digest, u64), Fault> {
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER_BYTES]);
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok((Digest(hash.finalize().into()), length)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(read_failed(&error)),
        };
        length += read as u64;
        if length > most {
            return Err(Fault::new(Kind::SourceTooLarge, format!("is larger than {most} bytes")));
        }
        hash.update(&buffer[..read]);
        write(&buffer[..read])?;
    }
}

/// Returns the digest of a tree that is in place, or `None` if it contains anything but directories and files.
pub(crate) fn of_tree(root: &Path) -> io::Result<Option<Digest>> {
    let mut digest = TreeDigest::default();
    Ok(add_directory(&mut digest, root, Path::new(""))?.map(|()| digest.finish()))
}

/// Returns the digest of a single file that is in place, or `None` if it is missing or not a regular file.
pub(crate) fn of_file(path: &Path) -> io::Result<Option<Digest>> {
    let mut digest = TreeDigest::default();
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => {
            add_file(&mut digest, path, Path::new(""))?;
            Ok(Some(digest.finish()))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn add_directory(digest: &mut TreeDigest, root: &Path, path: &Path) -> io::Result<Option<()>> {
    let directory = root.join(path);
    let metadata = directory.symlink_metadata()?;
    if !metadata.is_dir() {
        return Ok(None);
    }
    digest.directory(path, metadata.mode() & 0o777);
    let mut names = Vec::new();
    for entry in fs_err::read_dir(&directory)? {
        names.push(entry?.file_name());
    }
    names.sort();
    for name in names {
        let path = path.join(name);
        let kind = root.join(&path).symlink_metadata()?.file_type();
        if kind.is_dir() {
            if add_directory(digest, root, &path)?.is_none() {
                return Ok(None);
            }
        } else if kind.is_file() {
            add_file(digest, &root.join(&path), &path)?;
        } else {
            return Ok(None);
        }
    }
    Ok(Some(()))
}

fn add_file(digest: &mut TreeDigest, file: &Path, path: &Path) -> io::Result<()> {
    let mut file = File::open(file)?;
    let mode = file.metadata()?.mode() & 0o777;
    let failed = |error: &io::Error| Fault::target(error);
    let (content, _) = pass_on(&mut file, u64::MAX, failed, |_| Ok(())).map_err(io::Error::other)?;
    digest.file(path, mode, content);
    Ok(())
}
