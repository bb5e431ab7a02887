//! What `messagewall up` and `messagewall lambda` may be told.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::lambda;

/// How everything is started.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory that functions and container share; made when it is missing.
    #[arg(long, env = "MESSAGEWALL_VOLUME", default_value = ".messagewall", value_name = "DIR")]
    volume: String,
    /// Where the wall is shown.
    #[arg(long, env = "MESSAGEWALL_LISTEN", default_value = "127.0.0.1:8080", value_name = "HOST:PORT")]
    listen: String,
    /// How many execution environments the function has.
    #[arg(long, env = "MESSAGEWALL_ENVIRONMENTS", default_value = "4", value_name = "COUNT")]
    environments: String,
    /// Who knows this may clear the wall and roll its configuration back; without it nobody may.
    #[arg(long, env = "ADMIN_TOKEN", hide_env_values = true, value_name = "SECRET")]
    admin_token: Option<String>,
    /// Where the logs of function and container are written, anew at each start [default: the volume's name and `.logs`].
    #[arg(long, env = "MESSAGEWALL_LOGS", value_name = "DIR")]
    logs: Option<String>,
    /// Shows all logs here instead.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    service: LambdaArguments,
}

/// How the Lambda service is started.
#[derive(Debug, Args)]
pub struct LambdaArguments {
    /// Where callers reach the function: the HTTP API, the Invoke API and `/status`.
    #[arg(long, env = "MESSAGEWALL_API", default_value = "127.0.0.1:9000", value_name = "HOST:PORT")]
    api: String,
    /// Where execution environments ask for work.
    #[arg(long, env = "MESSAGEWALL_RUNTIME_API", default_value = "127.0.0.1:9001", value_name = "HOST:PORT")]
    runtime_api: String,
    /// How long an invocation may take, in seconds: 1 to 900.
    #[arg(long, env = "MESSAGEWALL_TIMEOUT", default_value = "10", value_name = "SECONDS")]
    timeout: String,
    /// How many invocations may wait for a free environment, each as long as the timeout, before callers are
    /// throttled (429). Lambda would start more environments instead.
    #[arg(long, env = "MESSAGEWALL_QUEUE", default_value = "64", value_name = "COUNT")]
    queue: String,
}

/// Settings that cannot be used, all of them.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidSettings(Vec<String>);

pub(super) struct Settings {
    pub(super) volume: PathBuf,
    pub(super) listen: String,
    pub(super) environments: usize,
    pub(super) admin_token: Option<String>,
    pub(super) logs: Option<PathBuf>,
    pub(super) verbose: bool,
    pub(super) service: ServiceSettings,
}

pub(super) struct ServiceSettings {
    pub(super) api: String,
    pub(super) runtime_api: String,
    pub(super) lambda: lambda::Settings,
}

impl Settings {
    pub(super) fn from_arguments(arguments: Arguments) -> Result<Self, InvalidSettings> {
        let mut problems = Vec::new();
        let listen = address("--listen", arguments.listen, &mut problems);
        let environments = number("--environments", &arguments.environments, 1, 64, &mut problems);
        if arguments.volume.is_empty() {
            problems.push("--volume: names no directory".to_owned());
        }
        let service = arguments.service.checked(&mut problems);
        if !problems.is_empty() {
            return Err(InvalidSettings(problems));
        }
        Ok(Self {
            volume: arguments.volume.into(),
            listen,
            environments,
            admin_token: arguments.admin_token,
            logs: arguments.logs.map(PathBuf::from),
            verbose: arguments.verbose,
            service,
        })
    }
}

impl LambdaArguments {
    pub(super) fn into_settings(self) -> Result<ServiceSettings, InvalidSettings> {
        let mut problems = Vec::new();
        let settings = self.checked(&mut problems);
        if problems.is_empty() { Ok(settings) } else { Err(InvalidSettings(problems)) }
    }

    fn checked(self, problems: &mut Vec<String>) -> ServiceSettings {
        let api = address("--api", self.api, problems);
        let runtime_api = address("--runtime-api", self.runtime_api, problems);
        let timeout = number("--timeout", &self.timeout, 1, 900, problems);
        let queue = number("--queue", &self.queue, 0, 10_000, problems);
        let lambda =
            lambda::Settings { timeout: Duration::from_secs(timeout as u64), queue, ..lambda::Settings::default() };
        ServiceSettings { api, runtime_api, lambda }
    }
}

fn address(flag: &str, value: String, problems: &mut Vec<String>) -> String {
    let port = value.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    if !matches!(port, Some(Ok(_))) {
        problems.push(format!("{flag}: {value:?} is not an address such as 127.0.0.1:8080"));
    }
    value
}

fn number(flag: &str, value: &str, least: usize, most: usize, problems: &mut Vec<String>) -> usize {
    match value.parse() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            problems.push(format!("{flag}: {value:?} is not a number from {least} to {most}"));
            least
        }
    }
}
