//! The configuration in force.

use std::fs::File;
use std::io;

use super::history;
use super::published::Published;
use super::schema::ConfigError;
use crate::open::{self, ForeignFile};
use crate::volume::WallDir;

/// The reason why `config.json` is not the configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not there, although a configuration was published.
    #[error("config.json is missing")]
    Missing,
    /// The content is not a valid configuration.
    #[error("config.json: {0}")]
    Invalid(#[from] ConfigError),
    /// Not a file that can be read: a directory, a FIFO, a file without read permission, or one that is too large.
    #[error("{0}")]
    Unreadable(String),
}

/// Reads `config.json`.
///
/// # Errors
/// When the volume fails; that says nothing about the file.
pub fn read(wall: &WallDir) -> io::Result<Result<Published, Fault>> {
    Ok(read_open(wall)?.0)
}

/// [`read`], and the file, still open; `None` when it is missing. Closing a file is a round trip on NFS: drop it after
/// publishing.
///
/// # Errors
/// When the volume fails; that says nothing about the file.
pub fn read_open(wall: &WallDir) -> io::Result<(Result<Published, Fault>, Option<File>)> {
    let path = wall.config();
    let read = open::read(&path).and_then(|file| {
        let Some(mut file) = file else { return Ok(None) };
        Ok(Some((open::document(&path, &mut file)?, file)))
    });
    match read {
        Ok(None) => Ok((Err(Fault::Missing), None)),
        Ok(Some((json, file))) => Ok((from_json(wall, &json)?, Some(file))),
        Err(error) if open::is_about_the_file(&error) => Ok((Err(unreadable(&error)), None)),
        Err(error) => Err(error),
    }
}

/// A configuration without an envelope has the generation that was published last: it stands in its place.
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

/// The configuration in force for somebody who has seen none before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// `config.json`; when that is at fault the newest of `history/`; when there is none the defaults.
    pub published: Published,
    /// The fault of `config.json`. `None` on a fresh volume.
    pub fault: Option<Fault>,
}

/// Finds the configuration in force.
///
/// # Errors
/// When the volume fails.
pub fn in_force(wall: &WallDir) -> io::Result<InForce> {
    let fault = match read(wall)? {
        Ok(published) => return Ok(InForce { published, fault: None }),
        Err(fault) => fault,
    };
    let last = history::history(wall, 1)?.pop();
    let fault = (last.is_some() || fault != Fault::Missing).then_some(fault);
    Ok(InForce { published: last.unwrap_or_else(Published::initial), fault })
}
