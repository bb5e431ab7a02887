//! The configuration in force.

use std::fs::File;
use std::io;

use super::error::ConfigError;
use super::history;
use super::published::Published;
use crate::open::{self, ForeignFile};
use crate::volume::WallDir;

/// The reason why `config.json` is not in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is missing, although a configuration was published.
    #[error("config.json is missing")]
    Missing,
    /// The content is not a valid configuration.
    #[error("config.json: {0}")]
    Invalid(#[from] ConfigError),
    /// The file cannot be read: it is a directory, a FIFO, without read permission, or too large.
    #[error("{0}")]
    Unreadable(String),
}

/// Reads and validates `config.json`.
///
/// # Errors
/// Returns an outer error if the volume fails, which says nothing about the file, and an inner error if the file is
/// missing or invalid.
pub fn read(wall: &WallDir) -> io::Result<Result<Published, Fault>> {
    Ok(read_open(wall)?.0)
}

/// Reads `config.json` as [`read`] does, and also returns the open file, or `None` if it is missing.
///
/// Closing a file is a round trip on NFS. A caller in a hurry drops it after using the configuration.
///
/// # Errors
/// Returns the same errors as [`read`].
pub fn read_open(wall: &WallDir) -> io::Result<(Result<Published, Fault>, Option<File>)> {
    let path = wall.config();
    let read = open::retry_stale(|| {
        let Some(mut file) = open::read(&path)? else { return Ok(None) };
        Ok(Some((open::document(&path, &mut file)?, file)))
    });
    match read {
        Ok(None) => Ok((Err(Fault::Missing), None)),
        Ok(Some((json, file))) => Ok((from_json(wall, &json)?, Some(file))),
        Err(error) if open::is_about_the_file(&error) => Ok((Err(unreadable(&error)), None)),
        Err(error) => Err(error),
    }
}

/// Returns the bytes of `config.json`, valid or not. `None` if it is missing.
///
/// # Errors
/// Returns an error if the volume fails, or if the file is not a document of at most 256 KiB.
pub fn on_disk(wall: &WallDir) -> io::Result<Option<Vec<u8>>> {
    let path = wall.config();
    let Some(mut file) = open::read(&path)? else { return Ok(None) };
    open::document(&path, &mut file).map(Some)
}

/// Parses the content. A configuration without an envelope gets the generation that was published last.
fn from_json(wall: &WallDir, json: &[u8]) -> io::Result<Result<Published, Fault>> {
    let read = match Published::from_json(json, 0) {
        Ok(bare) if bare.generation == 0 && bare != Published::initial() => {
            let last = history::generations(wall)?.pop().unwrap_or(0);
            Ok(Published { generation: last, ..bare })
        }
        read => read,
    };
    Ok(read.map_err(Fault::from))
}

fn unreadable(error: &io::Error) -> Fault {
    match ForeignFile::of(error) {
        Some(foreign) => Fault::Unreadable(foreign.to_string()),
        None => Fault::Unreadable("config.json: may not be read (permission denied)".to_owned()),
    }
}

/// The configuration in force, for a reader without an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// `config.json`. If that is invalid, the newest of `history/`; if there is none, the defaults.
    pub published: Published,
    /// The fault of `config.json`. `None` on a new volume.
    pub fault: Option<Fault>,
}

/// Returns the configuration in force.
///
/// # Errors
/// Returns an error if the volume fails.
pub fn in_force(wall: &WallDir) -> io::Result<InForce> {
    let fault = match read(wall)? {
        Ok(published) => return Ok(InForce { published, fault: None }),
        Err(fault) => fault,
    };
    let last = history::history(wall, 1)?.pop();
    let fault = (last.is_some() || fault != Fault::Missing).then_some(fault);
    Ok(InForce { published: last.unwrap_or_else(Published::initial), fault })
}
