//! Starts the function: settings, and the loop that requests events.

use std::fmt;
use std::process::ExitCode;

use lambda_process::Program;
use lambda_runtime::layers::TracingLayer;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use tower::util::MapResultLayer;

use crate::error::Failure;
use crate::handler::Handler;
use crate::settings::{Arguments, Settings};

/// The error that ends the process after the reply that reports a silent volume, or a schema that takes forever.
#[derive(Debug, thiserror::Error)]
#[error(
    "a thread that was given up does not return; it may hold the wall's lock or use the processor until this process has ended"
)]
struct Stuck;

/// A failure that becomes a function error. The runtime logs it in its debug format, which is therefore made for people.
struct LoggedFailure(Failure);

impl fmt::Debug for LoggedFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.name(), self.0)
    }
}

impl From<LoggedFailure> for Diagnostic {
    fn from(error: LoggedFailure) -> Self {
        error.0.into()
    }
}

/// Runs the function until the process receives SIGTERM or SIGINT, and returns the exit code of the process.
///
/// The code is 0 after a signal, 64 if a setting is wrong, and 1 if the Runtime API fails or a call of the volume does not
/// return.
#[must_use]
pub fn start(arguments: Arguments) -> ExitCode {
    let settings = match Settings::new(arguments, |name| std::env::var(name)) {
        Ok(settings) => settings,
        Err(error) => return lambda_process::report("lambda-writer", &error.problems),
    };
    let program = Program::new(settings.process);
    let handler = Handler::new(&settings.volume, settings.retry_window)
        .following(settings.followed)
        .telling(settings.readers, settings.followers);
    program.run(serve(&handler))
}

/// Serves events until the Runtime API fails.
async fn serve(handler: &Handler) -> anyhow::Error {
    let function =
        Runtime::new(service_fn(async |event: LambdaEvent<_>| handler.handle(event).await.map_err(LoggedFailure)));
    // Layers run after the reply has been delivered, and an error from a layer stops the runtime.
    let function = function.layer(TracingLayer::new()).layer(MapResultLayer::new(|delivered: Result<(), _>| {
        delivered.and_then(|()| if handler.is_stuck() { Err(Stuck.into()) } else { Ok(()) })
    }));
    match function.run().await {
        Ok(()) => anyhow::anyhow!("the Lambda Runtime API has no more events"),
        Err(error) if error.is::<Stuck>() => anyhow::anyhow!(error),
        Err(error) => anyhow::anyhow!(error).context("the Lambda Runtime API failed"),
    }
}
