//! What can be set, from the command line and the environment. Nothing else reads either of them.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The shortest pause between two looks of the network watcher.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// The longest one; beyond it nobody would call the wall live.
const MAX_INTERVAL: Duration = Duration::from_secs(60);

/// What the command line and the environment say, not yet understood.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the wall, as the volume is mounted
    #[arg(long, env = "WALL_DIR", value_name = "DIR", default_value = "/mnt/msg")]
    pub wall_dir: String,
    /// Takes the volume for missing unless the directory is a mount point: for a container whose image has the directory.
    #[arg(long, env = "REQUIRE_MOUNT", default_value = "false", action = clap::ArgAction::Set, value_name = "BOOLEAN")]
    pub require_mount: bool,
    /// The address to serve on
    #[arg(long, env = "LISTEN", value_name = "IP:PORT", default_value = "0.0.0.0:8080")]
    pub listen: String,
    /// The Lambda function that writes; without it the page cannot post, and says so
    #[arg(long, env = "WRITER_FUNCTION", value_name = "NAME OR ARN")]
    pub writer_function: Option<String>,
    /// How the volume is watched: auto (as the file system needs it), native (inotify) or nfs (by looking)
    #[arg(long, env = "WATCH", value_name = "HOW", default_value = "auto")]
    pub watch: String,
    /// The pause between two looks of the network watcher, while somebody follows the wall
    #[arg(long, env = "WATCH_INTERVAL_MS", value_name = "MILLISECONDS", default_value = "250")]
    pub watch_interval_ms: String,
    /// Whoever sends it as `Authorization: Bearer` may take messages off, clear the wall and roll back; without it nobody may
    #[arg(long, env = "ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<String>,
    /// What is logged, such as info or fargate_reader=debug
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
}

/// What the reader is to do.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The directory of the wall. `/mnt/msg` by default; `--wall-dir`, `WALL_DIR`.
    pub wall_dir: PathBuf,
    /// The directory must be a mount point: `--require-mount` or `REQUIRE_MOUNT`, false by default.
    pub require_mount: bool,
    /// The address to serve on. `0.0.0.0:8080` by default; `--listen`, `LISTEN`.
    pub listen: SocketAddr,
    /// The Lambda function that writes, by name or ARN. None by default: nobody can post from the page.
    /// `--writer-function`, `WRITER_FUNCTION`.
    pub writer_function: Option<String>,
    /// How the volume is watched. Automatic by default; `--watch`, `WATCH`.
    pub watch: Watch,
    /// The pause between two looks of the network watcher while somebody follows the wall. 250 ms by default;
    /// `--watch-interval-ms`, `WATCH_INTERVAL_MS`.
    pub watch_interval: Duration,
    /// What an administrator sends. None by default: there is no administrator. `--admin-token`, `ADMIN_TOKEN`.
    pub admin_token: Option<AdminToken>,
}

/// How the volume is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watch {
    /// As the file system needs it.
    #[default]
    Auto,
    /// By the kernel's notifications, which tell of this host's writes only.
    Native,
    /// By looking, which sees the writes of other hosts as well.
    Nfs,
}

impl FromStr for Watch {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self::Auto),
            "native" => Ok(Self::Native),
            "nfs" => Ok(Self::Nfs),
            other => Err(format!("must be auto, native or nfs, is {other:?}")),
        }
    }
}

/// A secret that never gets into a log.
#[derive(Clone)]
pub struct AdminToken(String);

impl AdminToken {
    /// Wraps what an administrator has to send.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token)
    }

    /// Whether `sent` is the token, in a time that tells nothing about where they differ.
    pub(crate) fn is(&self, sent: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.0.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken")
    }
}

/// Everything that is wrong with the settings, at once.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct InvalidSettings(Vec<String>);

impl Settings {
    /// Understands the arguments.
    ///
    /// # Errors
    /// Every setting that makes no sense, one line each.
    pub fn new(arguments: Arguments) -> Result<Self, InvalidSettings> {
        let mut problems = Vec::new();
        let listen = listen(&arguments).unwrap_or_else(|problem| {
            problems.push(problem);
            SocketAddr::from(([0, 0, 0, 0], 8080))
        });
        let watch = arguments.watch.parse().unwrap_or_else(|problem| {
            problems.push(format!("--watch (WATCH): {problem}"));
            Watch::default()
        });
        let watch_interval = interval(&arguments.watch_interval_ms).unwrap_or_else(|problem| {
            problems.push(format!("--watch-interval-ms (WATCH_INTERVAL_MS): {problem}"));
            MIN_INTERVAL
        });
        if arguments.wall_dir.is_empty() {
            problems.push("--wall-dir (WALL_DIR): must not be empty".to_owned());
        }
        if let Err(error) = log_filter(&arguments.log) {
            problems.push(format!("--log (RUST_LOG): {error}"));
        }
        if !problems.is_empty() {
            return Err(InvalidSettings(problems));
        }
        // A variable that is set to nothing means the same as one that is not set.
        let given = |value: Option<String>| value.filter(|value| !value.is_empty());
        Ok(Self {
            wall_dir: arguments.wall_dir.into(),
            require_mount: arguments.require_mount,
            listen,
            writer_function: given(arguments.writer_function),
            watch,
            watch_interval,
            admin_token: given(arguments.admin_token).map(AdminToken::new),
        })
    }
}

pub(crate) fn log_filter(filter: &str) -> Result<tracing_subscriber::EnvFilter, String> {
    tracing_subscriber::EnvFilter::builder().parse(filter).map_err(|error| error.to_string())
}

pub(crate) fn listen(arguments: &Arguments) -> Result<SocketAddr, String> {
    let expected = "must be an IP address and a port, such as 0.0.0.0:8080";
    arguments.listen.parse().map_err(|_| format!("--listen (LISTEN): {expected}, is {:?}", arguments.listen))
}

fn interval(milliseconds: &str) -> Result<Duration, String> {
    let interval = milliseconds.parse().ok().map(Duration::from_millis);
    let (min, max) = (MIN_INTERVAL.as_millis(), MAX_INTERVAL.as_millis());
    interval
        .filter(|interval| (MIN_INTERVAL..=MAX_INTERVAL).contains(interval))
        .ok_or_else(|| format!("must be a whole number from {min} to {max}, is {milliseconds:?}"))
}
