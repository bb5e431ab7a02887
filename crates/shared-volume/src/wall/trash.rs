//! `trash/`: the logs that compaction and clear replaced. They are kept for 7 days, up to 512 MiB, and less on a full
//! volume.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use ulid::Ulid;

use super::file::LogFile;
use crate::volume::WallDir;
use crate::{fingerprint, open};

/// The time for which a replaced log is kept.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The disk space of all replaced logs, in bytes.
const KEPT_BYTES: u64 = 512 * 1024 * 1024;

/// Returns the path of a replaced log.
pub(super) fn path(wall: &WallDir, file: Ulid) -> PathBuf {
    wall.trash().join(format!("content.{file}"))
}

/// Returns the path of a replaced log whose messages were restored and in which lines may still arrive.
fn restored_path(wall: &WallDir, file: Ulid) -> PathBuf {
    wall.trash().join(format!("restored.{file}"))
}

/// Opens a replaced log in which lines may still arrive. Returns `None` if it is missing.
pub(super) fn open(wall: &WallDir, file: Ulid) -> io::Result<Option<LogFile>> {
    match LogFile::open(&path(wall, file))? {
        None => LogFile::open(&restored_path(wall, file)),
        log => Ok(log),
    }
}

/// Deletes a log whose messages were restored. A log that is followed is renamed instead, because lines may still arrive in
/// it.
pub(super) fn remove_restored(wall: &WallDir, file: Ulid, is_followed: bool) -> io::Result<()> {
    let path = path(wall, file);
    if is_followed { fs_err::rename(path, restored_path(wall, file)) } else { fs_err::remove_file(path) }
}

/// Gives the log a second name in `trash/` before it is replaced. Returns `None` if the file system has no hard links.
pub(super) fn keep(wall: &WallDir) -> io::Result<Option<Ulid>> {
    open::create_directory(&wall.trash())?;
    let file = Ulid::generate();
    match fs_err::hard_link(wall.content(), path(wall, file)) {
        Ok(()) => Ok(Some(file)),
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::CrossesDevices) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes and returns the names that the current log has in `trash/`. A writer that crashed before replacing the log has
/// left them.
pub(super) fn remove_names_of(wall: &WallDir, log: &LogFile) -> io::Result<Vec<Ulid>> {
    if log.metadata.nlink() < 2 {
        return Ok(Vec::new());
    }
    let mut removed = Vec::new();
    for file in list(wall)? {
        let path = path(wall, file);
        if fs_err::symlink_metadata(&path).is_ok_and(|named| fingerprint::identity(&named) == log.identity()) {
            fs_err::remove_file(path)?;
            removed.push(file);
        }
    }
    Ok(removed)
}

/// Lists the replaced logs, oldest first.
pub(super) fn list(wall: &WallDir) -> io::Result<Vec<Ulid>> {
    list_of(wall, "content.")
}

fn list_of(wall: &WallDir, prefix: &str) -> io::Result<Vec<Ulid>> {
    if open::directory(&wall.trash())?.is_none() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs_err::read_dir(wall.trash())? {
        let name = entry?.file_name();
        files.extend(name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse::<Ulid>().ok()));
    }
    files.sort_unstable();
    Ok(files)
}

/// Deletes the logs that are too old, and the oldest ones above 512 MiB.
pub(super) fn expire(wall: &WallDir, is_followed: impl Fn(Ulid) -> bool) -> io::Result<()> {
    for file in list_of(wall, "restored.")?.into_iter().filter(|file| !is_followed(*file)) {
        drop(fs_err::remove_file(restored_path(wall, file)));
    }
    let mut bytes = 0;
    for file in list(wall)?.into_iter().rev() {
        let path = path(wall, file);
        let Ok(metadata) = fs_err::symlink_metadata(&path) else { continue };
        // A log may have holes, which take no space.
        bytes += metadata.blocks().saturating_mul(512);
        let age = SystemTime::now().duration_since(file.datetime()).unwrap_or_default();
        if (age > KEPT_FOR || bytes > KEPT_BYTES) && !is_followed(file) {
            drop(fs_err::remove_file(path));
        }
    }
    Ok(())
}

/// Deletes all logs that are not followed, if this frees `needed` bytes on a full volume. Returns true if any was deleted.
///
/// A command that would not fit even then must have no effect.
pub(super) fn empty(wall: &WallDir, needed: u64, is_followed: impl Fn(Ulid) -> bool) -> io::Result<bool> {
    let mut freed = 0_u64;
    let mut files = Vec::new();
    for path in list(wall)?.into_iter().filter(|file| !is_followed(*file)).map(|file| path(wall, file)) {
        let Ok(metadata) = fs_err::symlink_metadata(&path) else { continue };
        // A file with another name keeps its bytes, and a directory cannot be deleted.
        if metadata.is_file() && metadata.nlink() == 1 {
            freed = freed.saturating_add(metadata.blocks().saturating_mul(512));
            files.push(path);
        }
    }
    if files.is_empty() || freed < needed {
        return Ok(false);
    }
    Ok(files.into_iter().filter(|path| fs_err::remove_file(path).is_ok()).count() > 0)
}
