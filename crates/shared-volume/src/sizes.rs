//! The sizes of the files of a wall, measured in small steps: each file is a round trip on a network mount.

use std::io;
use std::path::PathBuf;

use rustix::fs::{AtFlags, Dir, FileType, statat};
use rustix::io::Errno;

use crate::open;
use crate::volume::WallDir;

/// The largest number of entries of a part that are measured. Only `files/` has more, with the histories of many files, unless
/// others fill a directory.
pub const MAX_MEASURED: u64 = 2_000;

/// The parts of a wall that have a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measured {
    /// `content`
    Log,
    /// `config.json`
    Configuration,
    /// `writer.lock`
    Lock,
    /// `history/`
    History,
    /// `rejected/`
    Rejected,
    /// `retries/`
    Retries,
    /// `trash/`
    Trash,
    /// `files/`, with the histories of the files
    Files,
}

/// The size of a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// The number of regular files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// True if there is more than [`MAX_MEASURED`] entries, of which the rest was not measured.
    pub is_cut: bool,
}

/// The measurement of one part.
#[derive(Debug)]
pub struct Measuring {
    /// The directories that are being read, the innermost last.
    directories: Vec<Dir>,
    /// The number of levels that are measured below the part.
    depth: usize,
    entries: u64,
    size: Size,
}

impl Measured {
    /// All parts.
    pub const ALL: [Self; 8] = [
        Self::Log,
        Self::Configuration,
        Self::Lock,
        Self::History,
        Self::Rejected,
        Self::Retries,
        Self::Trash,
        Self::Files,
    ];

    /// Returns its path relative to the directory of the wall. That of a directory ends with `/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "content",
            Self::Configuration => "config.json",
            Self::Lock => "writer.lock",
            Self::History => "history/",
            Self::Rejected => "rejected/",
            Self::Retries => "retries/",
            Self::Trash => "trash/",
            Self::Files => "files/",
        }
    }

    /// Returns the number of levels of directories in it.
    fn depth(self) -> usize {
        if self == Self::Files { 2 } else { 0 }
    }

    /// Begins to measure it. A missing part is empty.
    ///
    /// # Errors
    /// Returns an error if it is another type of file, or the volume fails.
    pub fn begin(self, wall: &WallDir) -> io::Result<Measuring> {
        let path: PathBuf = wall.path().join(self.name());
        let (mut size, mut directories) = (Size::default(), Vec::new());
        if self.name().ends_with('/') {
            // A slash at the end of a path follows a symbolic link.
            let path = wall.path().join(self.name().trim_end_matches('/'));
            directories.extend(open::directory(&path)?.map(Dir::new).transpose()?);
        } else if let Some(file) = open::read(&path)? {
            size = Size { files: 1, bytes: file.metadata()?.len(), is_cut: false };
        }
        Ok(Measuring { directories, depth: self.depth(), entries: 0, size })
    }
}

impl Measuring {
    /// Measures the next entries, at most `most`. Returns the size when there are no more.
    ///
    /// # Errors
    /// Returns an error if the volume fails.
    pub fn advance(&mut self, most: usize) -> io::Result<Option<Size>> {
        for _ in 0..most {
            let may_enter = self.directories.len() <= self.depth;
            let Some(directory) = self.directories.last_mut() else { return Ok(Some(self.size)) };
            let Some(entry) = directory.read() else {
                self.directories.pop();
                continue;
            };
            let entry = entry?;
            if matches!(entry.file_name().to_bytes(), b"." | b"..") {
                continue;
            }
            if self.entries == MAX_MEASURED {
                self.size.is_cut = true;
                return Ok(Some(self.size));
            }
            self.entries += 1;
            let stat = match statat(directory.fd()?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                // It was removed after the directory was listed.
                Err(Errno::NOENT | Errno::STALE) => continue,
                Err(error) => return Err(error.into()),
            };
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => {
                    self.size.files += 1;
                    self.size.bytes += u64::try_from(stat.st_size).unwrap_or(0);
                }
                FileType::Directory if may_enter => {
                    let below = open::directory_in(directory.fd()?, entry.file_name())?;
                    self.directories.extend(below.map(Dir::new).transpose()?);
                }
                _ => {}
            }
        }
        Ok(None)
    }
}
