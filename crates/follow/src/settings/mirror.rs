//! The settings of one mirror.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::command::CommandLine;
use super::path::absolute;
use super::then::Then;
use crate::units::{Mode, Owner, Size, Time};

/// The options of one mirror. The names in a settings file are the same, with underscores.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MirrorArguments {
    /// The file or directory on the volume. It may be a symbolic link on the same volume, such as `current`
    #[arg(long, env = "FOLLOW_FROM", value_name = "PATH")]
    from: Option<PathBuf>,
    /// The file or directory for the application. A file goes into `--to` if that is a directory or ends with a slash
    #[arg(long, env = "FOLLOW_TO", value_name = "PATH")]
    to: Option<PathBuf>,
    /// Mirrors only the document in the envelope `{"generation", "config", ...}` that a wall or `lambda-writer` publishes
    #[arg(long, env = "FOLLOW_DOCUMENT", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    document: Option<bool>,
    /// A command that checks the staged copy, whose path replaces `{}` and is in FOLLOW_STAGED. Any exit code but 0 refuses it
    #[arg(long, env = "FOLLOW_CHECK", value_name = "COMMAND")]
    check: Option<CommandLine>,
    /// The longest time of a check [default: 10s]
    #[arg(long, env = "FOLLOW_CHECK_TIMEOUT", value_name = "TIME")]
    check_timeout: Option<Time>,
    /// Tells the program: signal:HUP:PID, signal:HUP:/path/of.pid, signal:HUP:NAME, http:POST:URL, exec:COMMAND or touch.
    /// May be given several times
    #[arg(long, env = "FOLLOW_THEN", value_name = "HOW")]
    #[serde(default, rename = "then")]
    then: Vec<Then>,
    /// The longest time of each way to tell the program [default: 10s]
    #[arg(long, env = "FOLLOW_THEN_TIMEOUT", value_name = "TIME")]
    then_timeout: Option<Time>,
    /// The behaviour if there is no source at the start: wait, default:PATH (mirrors that), or fail (exits with 66) [default: wait]
    #[arg(long, env = "FOLLOW_WITHOUT_SOURCE", value_name = "HOW")]
    without_source: Option<WithoutSource>,
    /// A directory that has to be a mount point, and the source on its file system. Anything else counts as missing
    #[arg(long, env = "FOLLOW_REQUIRE_MOUNT", value_name = "DIR")]
    require_mount: Option<PathBuf>,
    /// Accepts an empty source directory. Otherwise it counts as missing, as that of a volume that is not mounted
    #[arg(long, env = "FOLLOW_ALLOW_EMPTY", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_empty: Option<bool>,
    /// The mode of files [default: 0644, and 0755 if the owner may execute the file]
    #[arg(long, env = "FOLLOW_MODE", value_name = "MODE")]
    mode: Option<Mode>,
    /// The mode of directories [default: 0755]
    #[arg(long, env = "FOLLOW_DIRECTORY_MODE", value_name = "MODE")]
    directory_mode: Option<Mode>,
    /// The owner of files and directories, which only root can set [default: the user of this process]
    #[arg(long, env = "FOLLOW_OWNER", value_name = "UID:GID")]
    owner: Option<Owner>,
    /// The pause between two scans [default: 500ms, and 15ms for each file if that is longer]
    #[arg(long, env = "FOLLOW_INTERVAL", value_name = "TIME")]
    interval: Option<Time>,
    /// The pause between two looks at everything, which find what the scans may miss [default: 30s, and 60ms
    /// for each file if that is longer]
    #[arg(long, env = "FOLLOW_LOOK_INTERVAL", value_name = "TIME")]
    look_interval: Option<Time>,
    /// The time for which the source must not change before it is mirrored, unless POST /look announced it [default: 100ms]
    #[arg(long, env = "FOLLOW_SETTLE", value_name = "TIME")]
    settle: Option<Time>,
    /// The time for which a replaced generation is kept [default: 60s]
    #[arg(long, env = "FOLLOW_KEEP_OLD", value_name = "TIME")]
    keep_old: Option<Time>,
    /// The time without an answer after which the mount counts as silent [default: 10s]
    #[arg(long, env = "FOLLOW_SILENT_AFTER", value_name = "TIME")]
    silent_after: Option<Time>,
    /// The largest number of files and directories [default: 10000]
    #[arg(long, env = "FOLLOW_MAX_FILES", value_name = "NUMBER")]
    max_files: Option<usize>,
    /// The largest sum of the files [default: 512MiB]
    #[arg(long, env = "FOLLOW_MAX_BYTES", value_name = "SIZE")]
    max_bytes: Option<Size>,
    /// The largest file [default: 128MiB]
    #[arg(long, env = "FOLLOW_MAX_FILE_BYTES", value_name = "SIZE")]
    max_file_bytes: Option<Size>,
}

/// The behaviour without a source at the start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum WithoutSource {
    /// Waits for it, and is not ready.
    Wait,
    /// Mirrors another path until the source appears.
    Default(PathBuf),
    /// Ends the program.
    Fail,
}

impl FromStr for WithoutSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "wait" => Ok(Self::Wait),
            None if text == "fail" => Ok(Self::Fail),
            Some(("default", path)) if !path.is_empty() => Ok(Self::Default(path.into())),
            _ => Err(format!("{text:?}: write wait, default:PATH or fail")),
        }
    }
}

impl TryFrom<String> for WithoutSource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// One mirror.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    /// `to` was written with a slash at its end, so that a file goes into it.
    pub(crate) into: bool,
    pub(crate) document: bool,
    pub(crate) check: Option<CommandLine>,
    pub(crate) check_timeout: Duration,
    pub(crate) then: Vec<Then>,
    pub(crate) then_timeout: Duration,
    pub(crate) without_source: WithoutSource,
    pub(crate) require_mount: Option<PathBuf>,
    pub(crate) modes: Modes,
    pub(crate) interval: Option<Duration>,
    pub(crate) look_interval: Option<Duration>,
    pub(crate) settle: Duration,
    pub(crate) keep_old: Duration,
    pub(crate) silent_after: Duration,
    pub(crate) bounds: Bounds,
}

/// The modes and the owner of what is mirrored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Modes {
    pub(crate) file: Option<u32>,
    pub(crate) directory: u32,
    pub(crate) owner: Option<(u32, u32)>,
}

/// The bounds of a source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    pub(crate) file_bytes: u64,
    pub(crate) allow_empty: bool,
}

impl MirrorArguments {
    /// Returns true if any option of a mirror was given.
    pub(super) fn is_given(&self) -> bool {
        self.from.is_some() || self.to.is_some() || self.check.is_some() || !self.then.is_empty()
    }
}

impl Mirror {
    pub(super) fn new(given: MirrorArguments) -> Result<Self, String> {
        let time = |time: Option<Time>, default| time.map_or(default, |Time(time)| time);
        let into = given.to.as_ref().is_some_and(|to| to.as_os_str().as_bytes().ends_with(b"/"));
        let (from, to) = (absolute("from", given.from)?, absolute("to", given.to)?);
        if to.file_name().is_none() {
            return Err(format!("--to: {} is no place for files", to.display()));
        }
        if to.starts_with(&from) || from.starts_with(&to) {
            return Err("--to: the target and the source must not contain each other".to_owned());
        }
        if given.interval.is_some_and(|Time(interval)| interval < Duration::from_millis(1)) {
            return Err("--interval: must be at least 1ms".to_owned());
        }
        Ok(Self {
            into,
            document: given.document.unwrap_or(false),
            check: given.check,
            check_timeout: time(given.check_timeout, Duration::from_secs(10)),
            then: given.then,
            then_timeout: time(given.then_timeout, Duration::from_secs(10)),
            without_source: given.without_source.unwrap_or(WithoutSource::Wait),
            require_mount: given.require_mount.filter(|path| !path.as_os_str().is_empty()),
            modes: Modes {
                file: given.mode.map(|Mode(mode)| mode),
                directory: given.directory_mode.map_or(0o755, |Mode(mode)| mode),
                owner: given.owner.map(|Owner(user, group)| (user, group)),
            },
            interval: given.interval.map(|Time(interval)| interval),
            look_interval: given.look_interval.map(|Time(interval)| interval.max(Duration::from_millis(10))),
            settle: time(given.settle, Duration::from_millis(100)),
            keep_old: time(given.keep_old, Duration::from_secs(60)),
            silent_after: time(given.silent_after, Duration::from_secs(10)),
            bounds: Bounds {
                files: given.max_files.unwrap_or(10_000),
                bytes: given.max_bytes.map_or(512 << 20, |Size(bytes)| bytes),
                file_bytes: given.max_file_bytes.map_or(128 << 20, |Size(bytes)| bytes),
                allow_empty: given.allow_empty.unwrap_or(false),
            },
            from,
            to,
        })
    }
}
