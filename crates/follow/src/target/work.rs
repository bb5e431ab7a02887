//! The working directory of a target: the lock, the state and the staged copies.

use std::ffi::OsStr;
use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::state::State;
use crate::fault::shown;

const LOCK: &str = "lock";
const STATE: &str = "state";
const STAGED: &str = "staged-";

/// The largest state, in bytes.
const MAX_STATE_BYTES: u64 = 4096;

/// A working directory that this process has locked.
#[derive(Debug)]
pub(super) struct Work {
    path: PathBuf,
    staged: u64,
    /// The highest number of a generation that this process knows of.
    pub(super) highest: u64,
    /// The lock lasts as long as this file is open.
    _lock: File,
}

impl Work {
    /// Locks the working directory and removes staged copies of earlier processes.
    pub(super) fn lock(path: &Path) -> io::Result<Self> {
        match std::fs::create_dir(path) {
            // The application needs nothing of it.
            Ok(()) => fs_err::set_permissions(path, Permissions::from_mode(0o755))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io::Error::new(error.kind(), format!("{}: {error}", shown(path)))),
        }
        if !path.symlink_metadata()?.is_dir() {
            return Err(io::Error::other(format!("{}: is no directory", shown(path))));
        }
        let name = path.join(LOCK);
        let lock = File::options().create(true).append(true).open(&name);
        let lock = lock.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", shown(&name))))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other(format!("{}: another follow writes this target", shown(&name))));
            }
            Err(TryLockError::Error(error)) => {
                return Err(io::Error::new(error.kind(), format!("{}: {error}", shown(&name))));
            }
        }
        let work = Self { path: path.to_owned(), staged: 0, highest: 0, _lock: lock };
        for entry in fs_err::read_dir(path)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(STAGED) {
                work.remove(&entry.path());
            }
        }
        let highest = work.state()?.generation;
        Ok(Self { highest, ..work })
    }

    /// Returns a place for a copy. A file gets its own name there, because programs look at it.
    pub(super) fn staging(&mut self, file: Option<&OsStr>) -> io::Result<PathBuf> {
        self.staged += 1;
        let place = self.path.join(format!("{STAGED}{}", self.staged));
        self.remove(&place);
        match file {
            None => Ok(place),
            Some(name) => {
                fs_err::create_dir(&place)?;
                Ok(place.join(name))
            }
        }
    }

    /// Removes what is left of a staged copy.
    pub(super) fn cleared(&self, staged: &Path) {
        if let Ok(below) = staged.strip_prefix(&self.path)
            && let Some(place) = below.components().next()
        {
            self.remove(&self.path.join(place));
        }
    }

    fn remove(&self, place: &Path) {
        let removed = match place.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => fs_err::remove_dir_all(place),
            Ok(_) => fs_err::remove_file(place),
            Err(_) => return,
        };
        if let Err(error) = removed {
            tracing::warn!(error = %error, "staged_copy_not_removed");
        }
    }

    /// Returns the state. One that is missing or damaged counts as empty.
    pub(super) fn state(&self) -> io::Result<State> {
        let path = self.path.join(STATE);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() && metadata.len() <= MAX_STATE_BYTES => {}
            Ok(_) => return Ok(State::default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
            Err(error) => return Err(error),
        }
        Ok(serde_json::from_str(&fs_err::read_to_string(&path)?).unwrap_or_default())
    }

    pub(super) fn store(&self, state: &State) -> io::Result<()> {
        let (path, next) = (self.path.join(STATE), self.path.join("state.next"));
        fs_err::write(&next, serde_json::to_vec(state).map_err(io::Error::other)?)?;
        fs_err::rename(&next, &path)
    }
}
