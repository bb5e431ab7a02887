//! The envelope of a configuration, and which one is in force.

use std::fs::File;
use std::io::{self, Read};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history;
use super::object::object;
use super::schema::{Config, ConfigError, parse};
use crate::time::optional_millis;
use crate::volume::WallDir;

/// A configuration as it stands on the volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Goes up by at least one with every publication; 0 is what holds before the first.
    pub generation: u64,
    /// When it was written. A person who edits the file by hand need not say.
    #[serde(default, with = "optional_millis")]
    pub published_at: Option<Timestamp>,
    /// What brought it.
    #[serde(default)]
    pub cause: Cause,
    /// The ids of the events that were applied last, newest last, so that a retry is not applied twice.
    #[serde(default)]
    pub recent_events: Vec<String>,
    /// The configuration itself.
    #[serde(deserialize_with = "object")]
    pub config: Config,
}

/// What brought a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// Such as `aws.ssm`, `messagewall` or `direct`; empty when nobody said.
    pub source: String,
    /// The id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What somebody wanted to say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When the function got the event.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub received: Option<Timestamp>,
    /// When the function was about to write.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub at: Option<Timestamp>,
}

impl Published {
    /// What holds before anything was published: the defaults, as generation 0.
    #[must_use]
    pub fn initial() -> Self {
        let (cause, config) = (Cause::default(), Config::default());
        Self { generation: 0, published_at: None, cause, recent_events: Vec::new(), config }
    }

    /// Reads and validates a configuration in its envelope.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn from_json(json: &[u8]) -> Result<Self, ConfigError> {
        parse(json)
    }

    /// The document, for people: indented, with a newline at the end.
    pub(super) fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}

/// Why `config.json` is not the configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not there, although a configuration was published.
    #[error("config.json is missing")]
    Missing,
    /// The file is there and cannot be meant.
    #[error("config.json: {0}")]
    Invalid(#[from] ConfigError),
}

/// Reads `config.json`: what it says, or what is wrong with it.
///
/// # Errors
/// When the volume fails; that says nothing about the file.
pub fn read(wall: &WallDir) -> io::Result<Result<Published, Fault>> {
    Ok(read_open(wall)?.0)
}

/// [`read`], and the file, still open; none when it is missing. Closing a file is a round trip on NFS: let go of it when
/// what was read has been passed on.
///
/// # Errors
/// When the volume fails; that says nothing about the file.
pub fn read_open(wall: &WallDir) -> io::Result<(Result<Published, Fault>, Option<File>)> {
    let mut file = match fs_err::File::open(wall.config()) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Err(Fault::Missing), None)),
        Err(error) => return Err(error),
    };
    let mut json = Vec::new();
    file.read_to_end(&mut json)?;
    Ok((Published::from_json(&json).map_err(Fault::from), Some(file.into_file())))
}

/// The configuration in force for somebody who has seen none before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// `config.json`; when that is at fault the newest of `history/`; when there is none the defaults.
    pub published: Published,
    /// What is wrong with `config.json`. Nothing on a fresh volume.
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
