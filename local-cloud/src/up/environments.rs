//! The execution environments of a function: processes that are replaced when they end.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::admin_token::SECRETS;
use super::child::Process;
use super::logs::Log;
use crate::lambda::Lambda;

/// An environment that ends within this time counts as not started, and a pause follows.
const SHORT_LIFE: Duration = Duration::from_secs(1);

/// The pause after the first environment that did not start. It doubles each time, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause between two environments that did not start.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// The longest time to wait for the end of an environment after SIGTERM. It has no invocation in flight then.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// The program of a function. Each of its processes is an execution environment.
#[derive(Debug, Clone)]
pub struct FunctionProgram {
    /// The program, which uses the Runtime API.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its environment variables, in addition to those that Lambda sets.
    pub variables: Vec<(OsString, OsString)>,
    /// Its memory in MB, as Lambda tells it. Nothing enforces it.
    pub memory_mb: u32,
    /// The URL of the Runtime API of this function.
    pub runtime_api: String,
    /// The destination of its output.
    pub log: Log,
}

impl FunctionProgram {
    /// Keeps `count` environments running until `stop` is cancelled. The returned tasks end with their processes.
    #[must_use]
    pub fn keep(&self, count: usize, lambda: &Arc<Lambda>, stop: &CancellationToken) -> JoinSet<()> {
        (0..count).map(|_| keep_one(self.clone(), Arc::clone(lambda), stop.clone())).collect()
    }

    fn command(&self, id: &str, function: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        // The token is for the reader only.
        for secret in SECRETS {
            command.env_remove(secret);
        }
        command.env("AWS_LAMBDA_RUNTIME_API", format!("{}/environments/{id}", self.runtime_api));
        command.env("AWS_LAMBDA_FUNCTION_NAME", function);
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string());
        command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        command.env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{function}"));
        command.env("AWS_LAMBDA_LOG_STREAM_NAME", format!("[$LATEST]{id}"));
        command.env("AWS_REGION", "us-east-1");
        command
    }
}

async fn keep_one(function: FunctionProgram, lambda: Arc<Lambda>, stop: CancellationToken) {
    let mut pause = None;
    while !stop.is_cancelled() {
        let started = Instant::now();
        let cause = match run_one(&function, &lambda, &stop).await {
            ControlFlow::Break(()) => return,
            ControlFlow::Continue(cause) => cause,
        };
        if started.elapsed() >= SHORT_LIFE {
            tracing::warn!(cause, "environment_replaced");
            pause = None;
            continue;
        }
        if pause.is_none() {
            tracing::warn!(cause, log = %function.log.last_lines(), "environment_failed");
        }
        let this = pause.unwrap_or(FIRST_PAUSE);
        pause = Some(MAX_PAUSE.min(this * 2));
        tokio::select! {
            () = tokio::time::sleep(this) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Runs one environment to its end. Returns the cause, or breaks if `stop` was cancelled.
async fn run_one(function: &FunctionProgram, lambda: &Lambda, stop: &CancellationToken) -> ControlFlow<(), String> {
    let id = Uuid::new_v4().to_string();
    let kill = lambda.announce(&id);
    let mut command = function.command(&id, &lambda.settings().function);
    let mut process = match Process::spawn(&mut command, &function.log) {
        Ok(process) => process,
        Err(error) => {
            lambda.forget(&id);
            return ControlFlow::Continue(error.to_string());
        }
    };
    lambda.started(&id, process.id());
    let end = tokio::select! {
        cause = process.ended() => ControlFlow::Continue(cause),
        () = kill.notified() => {
            process.kill().await;
            ControlFlow::Continue("killed: an invocation timed out".to_owned())
        }
        () = stop.cancelled() => {
            process.end(END_TIMEOUT).await;
            ControlFlow::Break(())
        }
    };
    lambda.forget(&id);
    end
}
