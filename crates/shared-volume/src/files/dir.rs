//! The directory of one published file.

use std::io;
use std::path::{Path, PathBuf};

use super::name::FileName;
use crate::limits::MAX_FILES;
use crate::volume::WallDir;
use crate::{generations, open};

/// The directory of one published file, `files/<name>`, with the paths in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDir {
    /// `files/`
    pub(super) all: PathBuf,
    dir: PathBuf,
}

impl FileDir {
    /// Returns the directory of the file with this name, without touching it.
    #[must_use]
    pub fn new(wall: &WallDir, name: &FileName) -> Self {
        let all = wall.files();
        Self { dir: all.join(name.as_str()), all }
    }

    /// Returns the path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Returns the path of `current`, the bytes that programs read. It is replaced, never edited in place.
    #[must_use]
    pub fn current(&self) -> PathBuf {
        self.dir.join("current")
    }

    /// Returns the path of `schema.json`, which an operator may place there.
    #[must_use]
    pub fn schema(&self) -> PathBuf {
        self.dir.join("schema.json")
    }

    /// Returns the path of `history/`, the newest 200 generations.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.dir.join("history")
    }

    /// Returns the path of a generation, such as `history/0000000042.json`.
    #[must_use]
    pub fn history_file(&self, generation: u64) -> PathBuf {
        generations::file(&self.history(), generation)
    }

    /// Returns true if the directory is there. A link in its path is not followed.
    pub(super) fn exists(&self) -> io::Result<bool> {
        Ok(open::directory(&self.all)?.is_some() && open::directory(&self.dir)?.is_some())
    }

    /// Returns true if there is no room for another name in `files/`.
    pub(super) fn is_full(&self) -> io::Result<bool> {
        if open::directory(&self.all)?.is_none() {
            return Ok(false);
        }
        let mut names = 0;
        for entry in fs_err::read_dir(&self.all)? {
            names += usize::from(entry?.file_name().to_str().is_some_and(|name| name.parse::<FileName>().is_ok()));
            if names >= MAX_FILES {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Creates the directory and its history.
    pub(super) fn create(&self) -> io::Result<()> {
        [&self.all, &self.dir, &self.history()].into_iter().try_for_each(|path| open::create_directory(path))
    }
}
