//! `uploads`: the files of pictures, in a directory of its own.
//!
//! Readers write it, and the function that classifies pictures reads it. The same rules hold as on the volume of the wall:
//! anyone may have placed anything there, and only regular files with the names of pictures are ours.

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ulid::Ulid;

use crate::limits::MAX_STORED_PICTURE_BYTES;
use crate::message::{Picture, PictureSize};
use crate::open::{self, ForeignFile};
use crate::replace;
use crate::volume::MissingVolume;

/// The time after which a picture that no message refers to is deleted. A log that was replaced is kept as long.
pub const UNUSED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The time after which a temporary file is deleted.
const TEMPORARY_FOR: Duration = Duration::from_secs(60 * 60);

/// The age of a picture at which [`Uploads::sweep`] marks it as used.
const MARKED_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

const SIZES: [PictureSize; 2] = [PictureSize::Small, PictureSize::Full];

/// The directory of pictures.
#[derive(Debug, Clone)]
pub struct Uploads {
    dir: PathBuf,
}

/// The use of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A message on the wall has it.
    Used,
    /// No message has it. One of a cleared wall may be restored.
    Unused,
    /// Its message was removed.
    Removed,
}

impl Uploads {
    /// Returns the directory at `dir`, without touching it.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Stores a picture in both sizes, durably. Returns true if it was not there before.
    ///
    /// # Errors
    /// Returns an error if the directory is missing, full or cannot be written. Nothing new remains then.
    pub fn store(&self, picture: &Picture, full: &[u8], small: &[u8]) -> io::Result<bool> {
        self.open()?;
        let is_there = |size| matches!(open::read(&self.path(picture, size)), Ok(Some(_)));
        let is_new = !SIZES.into_iter().all(is_there);
        let put = |size, bytes| replace::put(&self.path(picture, size), &[bytes]);
        let stored = put(PictureSize::Small, small).and_then(|()| put(PictureSize::Full, full));
        if stored.is_err() && is_new {
            // The first error is reported. The sweep deletes a file that remains.
            drop(self.remove(picture));
        }
        stored.map(|()| is_new)
    }

    /// Reads a file of a picture. Returns `None` if it is missing.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, is no regular file, or is too large.
    pub fn read(&self, picture: &Picture, size: PictureSize) -> io::Result<Option<Vec<u8>>> {
        let path = self.path(picture, size);
        let found = open::retry_stale(|| read(&path))?;
        if found.is_some() {
            return Ok(found);
        }
        // An NFS client may remember that the file was missing, until the directory is opened.
        self.open()?;
        open::retry_stale(|| read(&path))
    }

    /// Deletes the files of a picture that are there.
    ///
    /// # Errors
    /// Returns the first error, after both were tried.
    pub fn remove(&self, picture: &Picture) -> io::Result<()> {
        let remove = |size| remove_file(&self.path(picture, size));
        let [small, full] = SIZES.map(remove);
        small.and(full)
    }

    /// Deletes the pictures of removed messages, those that have been unused for [`UNUSED_FOR`], and old temporary files.
    /// Returns the number of deleted files.
    ///
    /// The time of the last modification of a used picture is renewed once a day: it tells since when a picture is unused.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be read, or the first error about a file, after all were tried.
    pub fn sweep(&self, use_of: impl Fn(&Picture) -> Use) -> io::Result<usize> {
        self.open()?;
        let (mut deleted, mut first_error) = (0, None);
        for entry in fs_err::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name();
            // Other programs' files are not looked at.
            let Some(found) = name.to_str().and_then(Found::of) else { continue };
            match found.sweep(&entry.path(), &use_of) {
                Ok(is_deleted) => deleted += usize::from(is_deleted),
                Err(error) => drop(first_error.get_or_insert(error)),
            }
        }
        first_error.map_or(Ok(deleted), Err)
    }

    fn open(&self) -> io::Result<()> {
        let missing = || MissingVolume::error("the directory of pictures", &self.dir, "does not exist");
        open::root(&self.dir)?.map(drop).ok_or_else(missing)
    }

    fn path(&self, picture: &Picture, size: PictureSize) -> PathBuf {
        self.dir.join(picture.file(size))
    }
}

/// A file that is ours by its name.
enum Found {
    Picture(Picture),
    Temporary,
}

impl Found {
    fn of(name: &str) -> Option<Self> {
        if let Some((picture, _)) = Picture::of_file(name) {
            return Some(Self::Picture(picture));
        }
        let (file, unique) = name.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
        (Picture::of_file(file).is_some() && unique.parse::<Ulid>().is_ok()).then_some(Self::Temporary)
    }

    /// Deletes or marks the file. Returns true if it was deleted.
    fn sweep(&self, path: &Path, use_of: &impl Fn(&Picture) -> Use) -> io::Result<bool> {
        let metadata = match fs_err::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            metadata => metadata?,
        };
        let is_old = |limit| age(&metadata) > limit;
        let is_due = match self {
            // A link or a directory is not ours, whatever its name.
            _ if !metadata.is_file() => false,
            Self::Temporary => is_old(TEMPORARY_FOR),
            Self::Picture(picture) => match use_of(picture) {
                Use::Removed => true,
                Use::Unused => is_old(UNUSED_FOR),
                Use::Used if is_old(MARKED_EVERY) => return mark(path).map(|()| false),
                Use::Used => false,
            },
        };
        if is_due {
            remove_file(path)?;
        }
        Ok(is_due)
    }
}

fn age(metadata: &Metadata) -> Duration {
    metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default()
}

fn mark(path: &Path) -> io::Result<()> {
    match open::read(path)? {
        Some(file) => file.set_modified(SystemTime::now()),
        None => Ok(()),
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open::read(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = file.take(MAX_STORED_PICTURE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| open::failed("read", path, &error))?;
    if bytes.len() as u64 > MAX_STORED_PICTURE_BYTES {
        let (found, expected) = ("larger than 10 MB", "a picture of at most 10 MB");
        return Err(ForeignFile { name: open::short_name(path), found, expected }.into());
    }
    Ok(Some(bytes))
}

/// Deletes a regular file. A link or a directory stays.
fn remove_file(path: &Path) -> io::Result<()> {
    match fs_err::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
