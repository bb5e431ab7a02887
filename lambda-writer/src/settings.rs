//! What the program is told when it starts. This is the only place that reads the environment.

use std::env::VarError;
use std::path::PathBuf;

use aws_lambda_events::http::Uri;
use shared_volume::Volume;
use tracing_subscriber::EnvFilter;

/// The command line of the function.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the wall: the root of the EFS access point, as mounted.
    #[arg(long, env = "WALL_DIR", default_value = "/mnt/msg", value_name = "DIRECTORY")]
    pub wall_dir: String,
}

/// What the program is told, validated.
#[derive(Debug)]
pub struct Settings {
    /// Where the wall is: `--wall-dir` or `WALL_DIR`, `/mnt/msg` by default.
    pub volume: Volume,
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
            return Ok(Self { volume: Volume::new(wall_dir), log_filter, log_json });
        }
        Err(SettingsError { problems })
    }
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
