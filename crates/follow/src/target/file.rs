//! A target that is one file: replaced by rename.

use std::io;
use std::path::{Path, PathBuf};

use super::change::Change;
use crate::digest::{self, Digest};
use crate::fault::shown;

/// A mirrored file.
#[derive(Debug)]
pub(super) struct SingleFile {
    path: PathBuf,
}

impl SingleFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn in_place(&self) -> io::Result<Option<(Option<u64>, Digest)>> {
        Ok(digest::of_file(&self.path)?.map(|digest| (None, digest)))
    }

    pub(super) fn put(&self, staged: &Path) -> io::Result<Change> {
        if self.path.is_dir() {
            return Err(io::Error::other(format!("{}: is a directory, and the source is a file", shown(&self.path))));
        }
        fs_err::rename(staged, &self.path)?;
        Ok(Change { names: vec![self.path.clone()], old: Vec::new() })
    }
}
