//! The command line. Each argument is also an environment variable.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use crate::sources::{FollowedFiles, ObjectName, ParameterName, ProfileName};
use crate::tasks::Readers;

/// The shortest retry window.
const MIN_RETRY_WINDOW: Duration = Duration::from_secs(1);

/// The longest retry window: 14 days, the longest time that a message can wait in a queue of SQS.
const MAX_RETRY_WINDOW: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The command line of the function.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the wall: the root of the EFS access point, as mounted.
    #[arg(long, env = "WALL_DIR", default_value = "/mnt/msg", value_name = "DIRECTORY", value_parser = wall_dir)]
    pub wall_dir: PathBuf,
    /// The time for which an applied event is remembered, so that a retry of it changes nothing: `1s` to `14d`.
    #[arg(long, env = "RETRY_WINDOW", default_value = "24h", value_name = "DURATION", value_parser = retry_window)]
    pub retry_window: Duration,
    /// Fails with `volume_missing` unless the directory is a mount point: for a container whose image has the directory.
    #[arg(long, env = "REQUIRE_MOUNT", default_value = "false", action = clap::ArgAction::Set, value_name = "BOOLEAN")]
    pub require_mount: bool,
    /// The parameter of Parameter Store to follow: each new version is published as the configuration.
    #[arg(long, env = "CONFIG_PARAMETER", value_name = "NAME")]
    pub config_parameter: Option<ParameterName>,
    /// The object of S3 to follow, as `s3://bucket/key`: each new version is published as the configuration.
    #[arg(long, env = "CONFIG_OBJECT", value_name = "URI")]
    pub config_object: Option<ObjectName>,
    /// The configuration of AppConfig to follow, as `application/environment/profile`.
    #[arg(long, env = "CONFIG_APPCONFIG", value_name = "PROFILE")]
    pub config_appconfig: Option<ProfileName>,
    /// The files to publish from their sources, as `NAME=s3://bucket/key` or `NAME=ssm:/parameter`, separated by commas: each new
    /// version is published under `files/NAME/`.
    #[arg(long, env = "FILES", default_value = "", value_name = "NAME=SOURCE")]
    pub files: FollowedFiles,
    /// The readers to tell what was written, as `host:port` of their internal ports, separated by commas. A name stands for
    /// all of its addresses.
    #[arg(long, env = "READERS", default_value = "", value_name = "HOST:PORT")]
    pub readers: Readers,
    /// The followers to tell that a file was published, as `host:port` of their listeners, separated by commas. A name stands for
    /// all of its addresses.
    #[arg(long, env = "FOLLOWERS", default_value = "", value_name = "HOST:PORT")]
    pub followers: Readers,
}

/// Parses the path of a directory, which need not exist yet.
fn wall_dir(text: &str) -> Result<PathBuf, &'static str> {
    let path = Path::new(text);
    if text.is_empty() {
        Err("must not be empty")
    } else if path.exists() && !path.is_dir() {
        Err("is not a directory")
    } else {
        Ok(path.to_path_buf())
    }
}

/// Parses a duration such as `24h`, `14d` or `90m`.
fn retry_window(text: &str) -> Result<Duration, &'static str> {
    let span: Option<Span> = text.parse().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let window = duration.and_then(|duration| Duration::try_from(duration).ok());
    window
        .filter(|window| (MIN_RETRY_WINDOW..=MAX_RETRY_WINDOW).contains(window))
        .ok_or("must be a duration from 1s to 14d, such as 24h")
}
