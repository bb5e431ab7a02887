//! The command line and the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use super::mirror::MirrorArguments;

/// The arguments of the program.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// A TOML file with several mirrors, each a table [[mirror]] with the names of these options
    #[arg(long, env = "FOLLOW_SETTINGS", value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    #[command(flatten)]
    pub(super) mirror: MirrorArguments,
    /// The address of /live, /ready, /status, /metrics and POST /look. Without it nothing listens
    #[arg(long, env = "FOLLOW_LISTEN", value_name = "IP:PORT")]
    pub(super) listen: Option<String>,
    /// Mirrors once and exits: 0 if the target is current, 65 if the source was refused, 66 if it is missing, 73 if the
    /// target cannot be written, 74 if the source cannot be read, 75 if a later try may succeed
    #[arg(long)]
    pub(crate) once: bool,
    /// The log filter, such as info or follow=debug
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info", value_parser = log_filter)]
    pub(crate) log: String,
}

impl Arguments {
    /// Returns the address to listen on. A variable that is set to nothing counts as not set.
    pub(crate) fn listen(&self) -> Result<Option<SocketAddr>, String> {
        let text = self.listen.as_ref().filter(|text| !text.is_empty());
        let parse =
            |text: &String| text.parse().map_err(|_| format!("--listen: {text:?} is no address; write IP:PORT"));
        text.map(parse).transpose()
    }
}

fn log_filter(filter: &str) -> Result<String, ParseError> {
    EnvFilter::builder().parse(filter).map(|_| filter.to_owned())
}
