//! Starts the function: settings, the model, and the loop that requests events.

use std::process::ExitCode;

use lambda_process::{ProcessSettings, Program};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};

use crate::handler::Handler;
use crate::model::{processors, use_threads};
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
    use_threads(processors());
    Program::new(process).run(serve(Handler::new(arguments)))
}

async fn serve(handler: Handler) -> anyhow::Error {
    // In the init phase, which Lambda gives more processor time and, with provisioned concurrency, runs ahead of requests.
    handler.prepare().await;
    let function = service_fn(async |event: LambdaEvent<_>| handler.handle(event).await);
    match Runtime::new(function).run().await {
        Ok(()) => anyhow::anyhow!("the Lambda Runtime API has no more events"),
        Err(error) => anyhow::anyhow!(error).context("the Lambda Runtime API failed"),
    }
}
