//! A target that is a directory, laid out as Kubernetes does: the names are links through `..data`, which one rename
//! exchanges.
//!
//! ```text
//! nginx.conf -> ..data/nginx.conf
//! ..data     -> ..generation-0000000007-8f14e45fceea167a
//! ..generation-0000000007-8f14e45fceea167a/nginx.conf
//! ..follow/                                                  the lock, the state and staged copies
//! ```

use std::ffi::{OsStr, OsString};
use std::fs::Permissions;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::change::Change;
use crate::digest::{self, Digest};
use crate::fault::shown;
use crate::settings::Modes;

/// The link to the generation in place.
pub(super) const DATA: &str = "..data";

/// The working directory.
pub(super) const WORK: &str = "..follow";

const NEXT_LINK: &str = "..next";
const GENERATION: &str = "..generation-";

/// The largest number of replaced generations. Older ones are removed before their time.
const MAX_OLD: usize = 16;

/// A mirrored directory.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    keep_old: Duration,
    /// Replaced generations, oldest first, with the time at which each was replaced.
    old: Vec<(PathBuf, Instant)>,
}

/// Creates the directory of a target, if its parent exists.
pub(super) fn create(path: &Path, modes: Modes) -> io::Result<()> {
    match std::fs::create_dir(path) {
        Ok(()) => {}
        Err(_) if path.is_dir() => return Ok(()),
        Err(error) => return Err(io::Error::new(error.kind(), format!("{}: {error}", shown(path)))),
    }
    if let Some((user, group)) = modes.owner {
        fs_err::os::unix::fs::chown(path, Some(user), Some(group))?;
    }
    fs_err::set_permissions(path, Permissions::from_mode(modes.directory))
}

impl Directory {
    /// Takes over the directory. Generations that are not in place are kept for their time, because a reader may use them.
    pub(super) fn open(path: &Path, keep_old: Duration) -> io::Result<Self> {
        let mut directory = Self { path: path.to_owned(), keep_old, old: Vec::new() };
        let current = directory.current();
        let now = Instant::now();
        for entry in fs_err::read_dir(path)? {
            let path = entry?.path();
            let is_generation = path.file_name().is_some_and(|name| name.as_bytes().starts_with(GENERATION.as_bytes()));
            if is_generation && Some(&path) != current.as_ref() {
                directory.old.push((path, now));
            }
        }
        directory.old.sort();
        // The last process may have ended after it exchanged the link.
        if let Some(current) = directory.current().filter(|current| current.is_dir()) {
            directory.add_names(&current)?;
        }
        directory.remove_names_of_nothing();
        Ok(directory)
    }

    /// Returns the directory of the generation in place.
    pub(super) fn current(&self) -> Option<PathBuf> {
        let name = fs_err::read_link(self.path.join(DATA)).ok()?;
        number_of(&name).map(|_| self.path.join(name))
    }

    /// Returns the number and the digest of the generation in place, unless it is damaged.
    pub(super) fn in_place(&self) -> io::Result<Option<(Option<u64>, Digest)>> {
        let Some(current) = self.current() else { return Ok(None) };
        let name = current.file_name().unwrap_or_default();
        let digest = if current.is_dir() { digest::of_tree(&current)? } else { None };
        match (digest, number_of(Path::new(name))) {
            (Some(digest), Some((number, short))) if digest.short() == short => Ok(Some((Some(number), digest))),
            (_, number) => {
                let generation = number.map(|(number, _)| number);
                tracing::warn!(generation, target = %shown(&self.path), "generation_damaged");
                Ok(None)
            }
        }
    }

    /// Exchanges the link, and makes the names those of the new generation.
    pub(super) fn put(&mut self, staged: &Path, number: u64, digest: Digest) -> io::Result<Change> {
        self.refuse_foreign(staged)?;
        let (before, name) = (self.current(), format!("{GENERATION}{number:010}-{}", digest.short()));
        let place = self.path.join(&name);
        if place.symlink_metadata().is_ok() {
            // An earlier process has put the same generation here and has not exchanged the link.
            fs_err::remove_dir_all(&place)?;
            self.old.retain(|(old, _)| *old != place);
        }
        fs_err::rename(staged, &place)?;
        // Links need room, which may be missing, so the exchange is the last step that needs any.
        let exchanged = self
            .add_names(&place)
            .and_then(|names| link(Path::new(&name), &self.path.join(DATA), &self.path).map(|()| names));
        let names = match exchanged {
            Ok(names) => names,
            Err(error) => {
                self.remove_names_of_nothing();
                fs_err::remove_dir_all(&place)?;
                return Err(error);
            }
        };
        if let Some(before) = before {
            self.old.push((before, Instant::now()));
        }
        self.remove_names_of_nothing();
        let old = self.old.iter().map(|(path, _)| path.clone()).collect();
        Ok(Change { names: names.into_iter().map(|name| self.path.join(name)).collect(), old })
    }

    /// Removes replaced generations whose time is over. Returns the time until the next one.
    pub(super) fn sweep(&mut self, now: bool) -> Option<Duration> {
        while let Some((oldest, replaced)) = self.old.first() {
            let left = self.keep_old.saturating_sub(replaced.elapsed());
            if !now && !left.is_zero() && self.old.len() <= MAX_OLD {
                return Some(left);
            }
            if let Err(error) = fs_err::remove_dir_all(oldest)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(error = %error, "old_generation_not_removed");
            }
            self.old.remove(0);
        }
        None
    }

    /// Refuses a generation that would hide or replace what somebody else has put into the target.
    fn refuse_foreign(&self, staged: &Path) -> io::Result<()> {
        for entry in fs_err::read_dir(staged)? {
            let name = entry?.file_name();
            let place = self.path.join(&name);
            if place.symlink_metadata().is_ok() && !self.is_ours(&name) {
                return Err(io::Error::other(format!(
                    "{}: exists already, and is not a link of follow",
                    shown(&place)
                )));
            }
        }
        Ok(())
    }

    /// Returns true if the name is a link through `..data` to the same name.
    fn is_ours(&self, name: &OsStr) -> bool {
        fs_err::read_link(self.path.join(name)).is_ok_and(|target| target == Path::new(DATA).join(name))
    }

    /// Adds the links of a generation that are missing. Returns all its names.
    fn add_names(&self, generation: &Path) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in fs_err::read_dir(generation)? {
            let name = entry?.file_name();
            let place = self.path.join(&name);
            if place.symlink_metadata().is_err() {
                link(&Path::new(DATA).join(&name), &place, &self.path)?;
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Removes the links whose file is not in the generation in place.
    fn remove_names_of_nothing(&self) {
        let data = self.path.join(DATA);
        let removed = fs_err::read_dir(&self.path).and_then(|entries| {
            for entry in entries {
                let name = entry?.file_name();
                if self.is_ours(&name) && data.join(&name).symlink_metadata().is_err() {
                    fs_err::remove_file(self.path.join(&name))?;
                }
            }
            Ok(())
        });
        if let Err(error) = removed {
            tracing::warn!(error = %error, "old_names_not_removed");
        }
    }
}

/// Makes `place` a link to `target`, replacing another link at once.
pub(crate) fn link(target: &Path, place: &Path, directory: &Path) -> io::Result<()> {
    let next = directory.join(NEXT_LINK);
    if next.symlink_metadata().is_ok() {
        fs_err::remove_file(&next)?;
    }
    symlink(target, &next).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", shown(&next))))?;
    fs_err::rename(&next, place)
}

/// Returns the number and the short digest in the name of a generation.
fn number_of(name: &Path) -> Option<(u64, String)> {
    let (number, digest) = name.to_str()?.strip_prefix(GENERATION)?.split_once('-')?;
    let is_digest = digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    number.parse().ok().filter(|_| is_digest).map(|number| (number, digest.to_owned()))
}
