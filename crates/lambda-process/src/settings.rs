//! The settings that Lambda gives in variables.

use std::env::VarError;

use clap::ValueEnum;
use http::Uri;
use tracing_subscriber::EnvFilter;

/// The settings that each function has.
#[derive(Debug)]
pub struct ProcessSettings {
    /// The filter of log events. From `AWS_LAMBDA_LOG_LEVEL`, which the logging configuration of the function sets, else
    /// from `RUST_LOG`, default `info`.
    pub log_filter: EnvFilter,
    /// The format of log lines. From `AWS_LAMBDA_LOG_FORMAT`, default JSON.
    pub log_format: LogFormat,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Text for people.
    Text,
}

/// All faults of the variables that Lambda sets.
#[derive(Debug, thiserror::Error)]
#[error("settings: {}", problems.join("; "))]
pub struct SettingsError {
    /// One fault for each wrong variable. It begins with the name of the variable.
    pub problems: Vec<String>,
}

impl ProcessSettings {
    /// Returns the settings of the variables that Lambda sets. `environment` returns the value of a variable, as
    /// [`std::env::var`] does.
    ///
    /// # Errors
    /// Returns the faults of all variables at once.
    pub fn new(environment: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        check_runtime(&environment, &mut problems);
        let log_filter = log_filter(&environment, &mut problems);
        let log_format = log_format(&environment, &mut problems);
        if problems.is_empty() { Ok(Self { log_filter, log_format }) } else { Err(SettingsError { problems }) }
    }
}

/// Checks the variables that `lambda_runtime` reads itself, because it panics at the first one that is wrong.
fn check_runtime(environment: impl Fn(&str) -> Result<String, VarError>, problems: &mut Vec<String>) {
    let mut check = |name: &str, meaning: &str, is_valid: fn(&str) -> bool| match environment(name) {
        Ok(value) if is_valid(&value) => {}
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
    // Lambda has a level above ERROR.
    let level = if level.eq_ignore_ascii_case("fatal") { "error".to_owned() } else { level };
    EnvFilter::try_new(level).unwrap_or_else(|error| {
        problems.push(format!("{name}: {error}"));
        EnvFilter::new("info")
    })
}

fn log_format(environment: impl Fn(&str) -> Result<String, VarError>, problems: &mut Vec<String>) -> LogFormat {
    let name = "AWS_LAMBDA_LOG_FORMAT";
    let format = match environment(name) {
        Err(VarError::NotPresent) => Ok(LogFormat::Json),
        Err(VarError::NotUnicode(_)) => Err(()),
        Ok(format) => LogFormat::from_str(&format, true).map_err(drop),
    };
    format.unwrap_or_else(|()| {
        problems.push(format!("{name}: must be JSON or Text"));
        LogFormat::Json
    })
}
