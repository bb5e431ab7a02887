//! The function's execution environments: processes that are replaced when they end.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::child::Process;
use super::logs::Log;
use crate::lambda::Lambda;

/// An environment that ends sooner than this did not start; the next one has to wait.
const SHORT_LIFE: Duration = Duration::from_secs(1);

/// The pause after the first, and after the last of many environments that did not start.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long an environment may take to end when it is asked to. It has no invocation in flight then.
const END_PATIENCE: Duration = Duration::from_secs(2);

/// How an execution environment is started.
#[derive(Debug, Clone)]
pub struct Environments {
    /// The program that speaks the Runtime API.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its environment variables, beside those that Lambda sets.
    pub variables: Vec<(OsString, OsString)>,
    /// The URL of the Runtime API.
    pub runtime_api: String,
    /// Where its logs go.
    pub log: Log,
}

impl Environments {
    /// Keeps `count` environments running until `stop`; the tasks end when their processes have.
    #[must_use]
    pub fn keep(&self, count: usize, lambda: &Arc<Lambda>, stop: &CancellationToken) -> JoinSet<()> {
        (0..count).map(|_| keep_one(self.clone(), Arc::clone(lambda), stop.clone())).collect()
    }

    fn command(&self, id: &str, function: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("AWS_LAMBDA_RUNTIME_API", format!("{}/environments/{id}", self.runtime_api));
        command.env("AWS_LAMBDA_FUNCTION_NAME", function);
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
        command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        command.env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{function}"));
        command.env("AWS_LAMBDA_LOG_STREAM_NAME", format!("[$LATEST]{id}"));
        command.env("AWS_REGION", "us-east-1");
        command
    }
}

async fn keep_one(environments: Environments, lambda: Arc<Lambda>, stop: CancellationToken) {
    let mut pause = None;
    while !stop.is_cancelled() {
        let started = Instant::now();
        let how = match run_one(&environments, &lambda, &stop).await {
            ControlFlow::Break(()) => return,
            ControlFlow::Continue(how) => how,
        };
        if started.elapsed() >= SHORT_LIFE {
            tracing::warn!(how, "an execution environment ended and is replaced");
            pause = None;
            continue;
        }
        if pause.is_none() {
            let log = environments.log.last_lines();
            tracing::warn!("an execution environment ended at once ({how}) and is tried again{log}");
        }
        let this = pause.unwrap_or(PAUSES.0);
        pause = Some(PAUSES.1.min(this * 2));
        tokio::select! {
            () = tokio::time::sleep(this) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Runs one environment to its end; breaks when it ended because it was asked to.
async fn run_one(environments: &Environments, lambda: &Lambda, stop: &CancellationToken) -> ControlFlow<(), String> {
    let id = Uuid::new_v4().to_string();
    let condemned = lambda.announce(&id);
    let mut command = environments.command(&id, &lambda.settings().function);
    let mut child = match Process::spawn(&mut command, &environments.log) {
        Ok(child) => child,
        Err(error) => {
            lambda.forget(&id);
            return ControlFlow::Continue(error.to_string());
        }
    };
    lambda.started(&id, child.id());
    let end = tokio::select! {
        how = child.ended() => ControlFlow::Continue(how),
        () = condemned.notified() => {
            child.kill().await;
            ControlFlow::Continue("killed: an invocation timed out".to_owned())
        }
        () = stop.cancelled() => {
            child.end(END_PATIENCE).await;
            ControlFlow::Break(())
        }
    };
    lambda.forget(&id);
    end
}
