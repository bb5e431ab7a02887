//! What the program is told when it starts. This is the only place that reads the environment.

use std::env::VarError;
use std::path::PathBuf;
use std::time::Duration;

use aws_lambda_events::http::Uri;
use jiff::{Span, SpanRelativeTo};
use shared_volume::{DEFAULT_RETRY_WINDOW, Volume};
use tracing_subscriber::EnvFilter;

/// The shortest retry window.
const SHORTEST_RETRY_WINDOW: Duration = Duration::from_secs(1);

/// The longest retry window: 14 days, as long as a message may wait in a queue.
const LONGEST_RETRY_WINDOW: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The command line of the function.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the wall: the root of the EFS access point, as mounted.
    #[arg(long, env = "WALL_DIR", default_value = "/mnt/msg", value_name = "DIRECTORY")]
    pub wall_dir: String,
    /// How long an applied event is remembered, so that a retry of it changes nothing: up to `14d`.
    #[arg(long, env = "RETRY_WINDOW", default_value = "24h", value_name = "DURATION")]
    pub retry_window: String,
    /// Answers `volume_missing` unless the directory is a mount point: for a container whose image has the directory.
    #[arg(long, env = "REQUIRE_MOUNT", default_value = "false", action = clap::ArgAction::Set, value_name = "BOOLEAN")]
    pub require_mount: bool,
}

/// What the program is told, validated.
#[derive(Debug)]
pub struct Settings {
    /// Where the wall is: `--wall-dir` or `WALL_DIR`, `/mnt/msg` by default.
    pub volume: Volume,
    /// How long an applied event is remembered: `--retry-window` or `RETRY_WINDOW`, 24 hours by default, at most 14 days.
    pub retry_window: Duration,
    /// What is logged: `AWS_LAMBDA_LOG_LEVEL`, which the function's logging configuration sets, else `RUST_LOG`, else
    /// `info`.
    pub log_filter: EnvFilter,
    /// Whether log lines are JSON: unless `AWS_LAMBDA_LOG_FORMAT` is `Text`.
    pub log_json: bool,
}

/// Everything that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[error("settings: {}", problems.join("; "))]
pub struct SettingsError {
    /// One for each setting that is wrong, naming it.
    pub problems: Vec<String>,
}

impl Settings {
    /// Validates `arguments` and the variables that Lambda sets, which `environment` looks up as [`std::env::var`] does.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn new(
        arguments: Arguments,
        environment: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let wall_dir = PathBuf::from(arguments.wall_dir);
        if wall_dir.as_os_str().is_empty() {
            problems.push("WALL_DIR: must not be empty".to_owned());
        } else if wall_dir.exists() && !wall_dir.is_dir() {
            problems.push(format!("WALL_DIR: `{}` is not a directory", wall_dir.display()));
        }
        let retry_window = retry_window(&arguments.retry_window).unwrap_or_else(|problem| {
            problems.push(format!("RETRY_WINDOW: {problem}"));
            DEFAULT_RETRY_WINDOW
        });
        check_runtime(&environment, &mut problems);
        let log_filter = log_filter(&environment, &mut problems);
        let log_json = match environment("AWS_LAMBDA_LOG_FORMAT").as_deref() {
            Err(VarError::NotPresent) => true,
            Ok(format) if format.eq_ignore_ascii_case("json") => true,
            Ok(format) if format.eq_ignore_ascii_case("text") => false,
            _ => {
                problems.push("AWS_LAMBDA_LOG_FORMAT: must be JSON or Text".to_owned());
                true
            }
        };
        if problems.is_empty() {
            let volume = Volume::new(wall_dir).require_mount(arguments.require_mount);
            return Ok(Self { volume, retry_window, log_filter, log_json });
        }
        Err(SettingsError { problems })
    }
}

/// Reads a duration such as `24h`, `14d` or `90m`.
fn retry_window(text: &str) -> Result<Duration, String> {
    let span: Option<Span> = text.parse().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let window = duration.and_then(|duration| Duration::try_from(duration).ok());
    window
        .filter(|window| (SHORTEST_RETRY_WINDOW..=LONGEST_RETRY_WINDOW).contains(window))
        .ok_or_else(|| format!("must be a duration from 1s to 14d, such as 24h, is {text:?}"))
}

/// Checks the variables that `lambda_runtime` reads by itself, because it panics over them one by one.
fn check_runtime(environment: impl Fn(&str) -> Result<String, VarError>, problems: &mut Vec<String>) {
    let mut check = |name: &str, meaning: &str, is_good: fn(&str) -> bool| match environment(name) {
        Ok(value) if is_good(&value) => {}
        Ok(value) => problems.push(format!("{name}: must be {meaning}, is {value:?}")),
        Err(VarError::NotPresent) => problems.push(format!("{name}: is not set; Lambda sets it to {meaning}")),
        Err(VarError::NotUnicode(_)) => problems.push(format!("{name}: is not UTF-8")),
    };
    check("AWS_LAMBDA_RUNTIME_API", "the host and port of the Lambda Runtime API", |api| {
        api.parse::<Uri>().is_ok_and(|uri| uri.authority().is_some())
    });
    check("AWS_LAMBDA_FUNCTION_NAME", "the function's name", |_| true);
    check("AWS_LAMBDA_FUNCTION_VERSION", "the function's version", |_| true);
    check("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "a whole number of MB", |size| size.parse::<i32>().is_ok());
}

fn log_filter(environment: impl Fn(&str) -> Result<String, VarError>, problems: &mut Vec<String>) -> EnvFilter {
    let name = ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].into_iter().find(|name| environment(name).is_ok());
    let Some((name, level)) = name.and_then(|name| Some((name, environment(name).ok()?))) else {
        return EnvFilter::new("info");
    };
    // Lambda knows a level above ERROR.
    let level = if level.eq_ignore_ascii_case("fatal") { "error".to_owned() } else { level };
    EnvFilter::try_new(level).unwrap_or_else(|error| {
        problems.push(format!("{name}: {error}"));
        EnvFilter::new("info")
    })
}
