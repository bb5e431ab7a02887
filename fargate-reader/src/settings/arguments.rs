//! The command line and the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::Uri;
use clap::builder::RangedU64ValueParser;
use reader_names::Readers;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use super::addresses::AddressArguments;
use super::invalid::InvalidSettings;
use super::limits::LimitArguments;
use super::roles::RoleArguments;

/// The shortest pause between two scans of the network watcher, in milliseconds.
pub(crate) const MIN_WATCH_INTERVAL_MS: u64 = 10;

/// The longest pause between two scans of the network watcher, in milliseconds.
pub(crate) const MAX_WATCH_INTERVAL_MS: u64 = 60_000;

/// The arguments of the program.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the wall on the volume
    #[arg(long, env = "WALL_DIR", value_name = "DIR", default_value = "/mnt/msg")]
    pub wall_dir: PathBuf,
    /// Treats the volume as missing unless the directory is a mount point: for containers whose image has the directory
    #[arg(long, env = "REQUIRE_MOUNT", default_value = "false", action = clap::ArgAction::Set, value_name = "BOOLEAN")]
    pub require_mount: bool,
    /// The address to serve on
    #[arg(long, env = "LISTEN", value_name = "IP:PORT", default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,
    /// The address of the internal port, where writers announce changes and operators read metrics. Whoever reaches it can make
    /// the reader look at the volume, at most 100 times a second
    #[arg(long, env = "INTERNAL_LISTEN", value_name = "IP:PORT")]
    pub internal_listen: Option<String>,
    /// The Lambda function that writes; without it nobody can post from the page
    #[arg(long, env = "WRITER_FUNCTION", value_name = "NAME OR ARN")]
    pub writer_function: Option<String>,
    /// The Lambda function that classifies pictures; without it they are shown without labels
    #[arg(long, env = "INFERENCE_FUNCTION", value_name = "NAME OR ARN")]
    pub inference_function: Option<String>,
    /// The directory of pictures, which the reader writes; without it the wall has no pictures
    #[arg(long, env = "UPLOADS_DIR", value_name = "DIR")]
    pub uploads_dir: Option<String>,
    /// The way in which the volume is watched
    #[arg(long, env = "WATCH", value_name = "HOW", default_value = "auto")]
    pub watch: Watch,
    /// The pause between two scans of the network watcher while a stream is open, 10 to 60000
    #[arg(long, env = "WATCH_INTERVAL_MS", value_name = "MILLISECONDS", default_value = "250", value_parser = interval())]
    pub watch_interval_ms: u64,
    /// The pause between two scans of the network watcher while every change of the last minutes was announced, 10 to 60000
    #[arg(long, env = "ANNOUNCED_INTERVAL_MS", value_name = "MILLISECONDS", default_value = "1000", value_parser = interval())]
    pub announced_interval_ms: u64,
    /// The names of all readers of the volume: `host:port` of their internal ports, with commas between. A name has the addresses of
    /// all tasks. By them the tasks ask each other how they are, for the status page
    #[arg(long, env = "READERS", value_name = "HOST:PORT", default_value = "")]
    pub readers: Readers,
    /// The address at which the local cloud tells its state, for the status page. There is none on AWS
    #[arg(long, env = "CLOUD_STATUS", value_name = "URL")]
    pub cloud_status: Option<String>,
    #[command(flatten)]
    pub(super) roles: RoleArguments,
    #[command(flatten)]
    pub(super) addresses: AddressArguments,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    /// The log filter, such as info or fargate_reader=debug
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info", value_parser = log_filter)]
    pub log: String,
}

/// The way in which the volume is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Watch {
    /// As the file system needs it: nfs on a network mount, else native
    #[default]
    Auto,
    /// By inotify, which reports only the writes of this host
    Native,
    /// By scanning, which sees the writes of other hosts as well
    Nfs,
}

impl Arguments {
    /// Returns the address of the internal port. A variable that is set to nothing counts as not set.
    pub(super) fn internal_listen(&self) -> Result<Option<SocketAddr>, InvalidSettings> {
        let text = self.internal_listen.as_ref().filter(|text| !text.is_empty());
        let invalid = |text: &String| InvalidSettings::InternalListen(text.clone());
        text.map(|text| text.parse().map_err(|_fault| invalid(text))).transpose()
    }

    /// Returns the address of the local cloud. A variable that is set to nothing counts as not set.
    pub(super) fn cloud_status(&self) -> Result<Option<Uri>, InvalidSettings> {
        let text = self.cloud_status.as_ref().filter(|text| !text.is_empty());
        let uri = |text: &String| text.parse().ok().filter(|uri: &Uri| uri.scheme_str() == Some("http"));
        text.map(|text| uri(text).ok_or_else(|| InvalidSettings::CloudStatus(text.clone()))).transpose()
    }
}

fn interval() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(MIN_WATCH_INTERVAL_MS..=MAX_WATCH_INTERVAL_MS)
}

fn log_filter(filter: &str) -> Result<String, ParseError> {
    EnvFilter::builder().parse(filter).map(|_| filter.to_owned())
}
