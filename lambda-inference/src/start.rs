//! Starts the function: settings, and the loop that requests events.

use std::process::ExitCode;

use lambda_process::{ProcessSettings, Program};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, json};

use crate::settings::Arguments;

/// Runs the function until the process receives SIGTERM or SIGINT, and returns the exit code of the process.
///
/// The code is 0 after a signal, 64 if a setting is wrong, and 1 if the Runtime API fails.
#[must_use]
pub fn start(arguments: Arguments) -> ExitCode {
    let process = match ProcessSettings::new(|name| std::env::var(name)) {
        Ok(process) => process,
        Err(error) => return lambda_process::report("lambda-inference", &error.problems),
    };
    Program::new(process).run(serve(arguments))
}

async fn serve(arguments: Arguments) -> anyhow::Error {
    tracing::info!(models = %arguments.models_dir.display(), "models_directory");
    let function = service_fn(async |_: LambdaEvent<Value>| Ok::<_, Error>(json!({})));
    match Runtime::new(function).run().await {
        Ok(()) => anyhow::anyhow!("the Lambda Runtime API has no more events"),
        Err(error) => anyhow::anyhow!(error).context("the Lambda Runtime API failed"),
    }
}
