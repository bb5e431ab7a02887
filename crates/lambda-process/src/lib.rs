//! The process of a Lambda function: the settings that Lambda gives, logs, signals and exit codes.
//!
//! The functions of the workspace have this in common. The crate knows no event and no volume.

mod run;
mod settings;
mod usage;

pub use self::run::{Program, report};
pub use self::settings::{LogFormat, ProcessSettings, SettingsError};
pub use self::usage::{EXIT_BAD_SETTINGS, usage};
