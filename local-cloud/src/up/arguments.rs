//! The arguments of `messagewall up` and `messagewall lambda`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use lambda_writer::tasks::Readers;

use super::admin_token::AdminToken;
use crate::address::ListenAddress;
use crate::defaults;
use crate::lambda::Settings;

/// The arguments of `messagewall up`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory that stands for the volume. It is created if it is missing.
    #[arg(long, env = "MESSAGEWALL_VOLUME", default_value = defaults::VOLUME, value_name = "DIR")]
    pub(super) volume: PathBuf,
    /// The address of the wall.
    #[arg(long, env = "MESSAGEWALL_LISTEN", default_value = defaults::WALL_ADDRESS, value_name = "HOST:PORT")]
    pub(super) listen: ListenAddress,
    /// The number of readers: 1 to 16. The first one has the address of the wall, the others have free ports.
    #[arg(long, env = "MESSAGEWALL_READERS", default_value = "1", value_name = "COUNT", value_parser = count(1, 16))]
    pub(super) readers: usize,
    /// Other readers of the volume, which the function tells what it has written, too: `host:port` of their internal ports,
    /// separated by commas.
    #[arg(long, env = "READERS", default_value = "", value_name = "HOST:PORT")]
    pub(super) tell: Readers,
    /// The number of execution environments of the function: 1 to 64.
    #[arg(long, env = "MESSAGEWALL_ENVIRONMENTS", default_value = "4", value_name = "COUNT", value_parser = count(1, 64))]
    pub(super) environments: usize,
    /// The number of execution environments of the function that classifies pictures: 0 to 16.
    #[arg(long, env = "MESSAGEWALL_INFERENCE_ENVIRONMENTS", default_value = "1", value_name = "COUNT",
        value_parser = count(0, 16))]
    pub(super) inference_environments: usize,
    /// Takes the directory for the volume only if it is a mount point. By its variable, which functions and reader read too.
    #[arg(long, env = "REQUIRE_MOUNT", default_value = "false", action = clap::ArgAction::Set, value_name = "BOOLEAN",
        hide = true)]
    pub(super) require_mount: bool,
    #[command(flatten)]
    pub(super) admin_token: AdminToken,
    /// The directory for the logs of functions and reader, which are emptied at each start [default: the name of the
    /// volume and `.logs`].
    #[arg(long, env = "MESSAGEWALL_LOGS", value_name = "DIR")]
    pub(super) logs: Option<PathBuf>,
    /// A configuration to follow, as JSON, YAML or TOML: each change of the file is published, as a change of an object in S3
    /// would be.
    #[arg(long, env = "MESSAGEWALL_FOLLOW_FILE", value_name = "FILE")]
    pub(super) follow_file: Option<PathBuf>,
    /// Prints all logs to the terminal instead.
    #[arg(long)]
    pub(super) verbose: bool,
    #[command(flatten)]
    pub(super) lambda: LambdaArguments,
}

/// The arguments of `messagewall lambda`.
#[derive(Debug, Args)]
pub struct LambdaArguments {
    /// The address for callers of the functions: the HTTP API, the Invoke API and `/status`.
    #[arg(long, env = "MESSAGEWALL_API", default_value = defaults::API_ADDRESS, value_name = "HOST:PORT")]
    pub(super) api: ListenAddress,
    /// The address of the Runtime API, for execution environments.
    #[arg(long, env = "MESSAGEWALL_RUNTIME_API", default_value = defaults::RUNTIME_API_ADDRESS, value_name = "HOST:PORT")]
    pub(super) runtime_api: ListenAddress,
    /// The longest time of an invocation of the writer, in seconds: 1 to 900. That of the inference is 60.
    #[arg(long, env = "MESSAGEWALL_TIMEOUT", default_value_t = defaults::FUNCTION_TIMEOUT_S, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=900))]
    timeout: u64,
    /// The number of invocations that may wait for a free environment, each for at most the timeout: 0 to 10000. Further
    /// callers are throttled (429). Lambda would start more environments instead.
    #[arg(long, env = "MESSAGEWALL_QUEUE", default_value_t = Settings::QUEUE, value_name = "COUNT",
        value_parser = count(0, 10_000))]
    queue: usize,
    /// The directory for the events of asynchronous invocations that fail in every attempt, after one and two seconds. [default
    /// of `up`: the name of the volume and `.dead-letters`; `lambda` only logs them]
    #[arg(long, env = "MESSAGEWALL_DEAD_LETTERS", value_name = "DIR")]
    pub(super) dead_letters: Option<PathBuf>,
}

impl LambdaArguments {
    /// Returns the settings of the writer.
    pub(super) fn settings(&self) -> Settings {
        let (timeout, dead_letters) = (Duration::from_secs(self.timeout), self.dead_letters.clone());
        Settings { timeout, queue: self.queue, dead_letters, ..Settings::default() }
    }

    /// Returns the settings of the function that classifies pictures.
    pub(super) fn inference_settings(&self) -> Settings {
        Settings { queue: self.queue, dead_letters: self.dead_letters.clone(), ..Settings::of_inference() }
    }
}

fn count(min: u64, max: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(min..=max)
}
