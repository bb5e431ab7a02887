//! The settings: the command line, and the variables that Lambda sets.

mod arguments;

use std::env::VarError;
use std::time::Duration;

use lambda_process::ProcessSettings;
use shared_volume::Volume;

pub use self::arguments::Arguments;
pub use lambda_process::{LogFormat, SettingsError};

use crate::sources::Followed;
use crate::tasks::Readers;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The volume of the wall. From `WALL_DIR`, default `/mnt/msg`, and `REQUIRE_MOUNT`, default `false`.
    pub volume: Volume,
    /// The time for which an applied event is remembered. From `RETRY_WINDOW`, default 24 hours, at most 14 days.
    pub retry_window: Duration,
    /// The documents to follow. From `CONFIG_PARAMETER`, `CONFIG_OBJECT`, `CONFIG_APPCONFIG` and `FILES`, default none.
    pub followed: Followed,
    /// The readers to tell what was written. From `READERS`, default none.
    pub readers: Readers,
    /// The followers of files to tell what was published. From `FOLLOWERS`, default none.
    pub followers: Readers,
    /// The settings of the process.
    pub process: ProcessSettings,
}

impl Settings {
    /// Returns the settings of `arguments` and of the variables that Lambda sets. `environment` returns the value of a
    /// variable, as [`std::env::var`] does.
    ///
    /// # Errors
    /// Returns the faults of all variables of Lambda at once, or the document that is followed twice.
    pub fn new(
        arguments: Arguments,
        environment: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<Self, SettingsError> {
        let process = ProcessSettings::new(environment)?;
        let Arguments { wall_dir, retry_window, require_mount, .. } = arguments;
        let (parameter, object, profile) =
            (arguments.config_parameter, arguments.config_object, arguments.config_appconfig);
        let followed = Followed { parameter, object, profile, files: arguments.files };
        if let Some(doubled) = followed.doubled() {
            let problem = format!("FILES: {doubled} is followed as the configuration already");
            return Err(SettingsError { problems: vec![problem] });
        }
        let volume = Volume::new(wall_dir).require_mount(require_mount);
        let (readers, followers) = (arguments.readers, arguments.followers);
        Ok(Self { volume, retry_window, followed, readers, followers, process })
    }
}
