//! The function, by the Lambda Invoke API: the one way in which the reader has anything written.

mod answer;
mod command;
mod unanswered;

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

pub(crate) use self::answer::{Cleared, Posted, PostedMessage, Removed, RolledBack};
pub(crate) use self::command::{Command, Event};
use crate::error::{ApiError, Outcome};

/// The function waits up to 7 s for a volume that is silent, and then says so; a cold start comes on top.
const OPERATION: Duration = Duration::from_secs(10);

/// A function that is there is reached at once.
const CONNECT: Duration = Duration::from_secs(2);

/// The pause before the one retry, of what was throttled or lost. It does no harm: every command carries the id of its
/// event.
const PAUSE: Duration = Duration::from_millis(100);

/// The function that writes the wall.
#[derive(Debug)]
pub(crate) struct Function {
    name: String,
    /// Made when it is first needed: finding region and credentials may take seconds, and the wall is shown meanwhile.
    client: OnceCell<Client>,
}

impl Function {
    pub(crate) fn new(name: String) -> Self {
        Self { name, client: OnceCell::new() }
    }

    /// Has the function do it, and hands back its answer.
    ///
    /// # Errors
    /// What the function refused, as it said it, or `writer_busy`, `writer_unavailable`, `writer_refused`,
    /// `writer_failed`, `writer_nonsense`.
    pub(crate) async fn call<T: DeserializeOwned>(&self, command: &Command<'_>) -> Result<T, ApiError> {
        let payload = serde_json::to_vec(command).map_err(|error| answer::nonsense(&error.to_string()))?;
        let answered = tokio::time::timeout(OPERATION, self.try_twice(Blob::new(payload))).await;
        answered.unwrap_or_else(|_| Err(unanswered::too_late()))
    }

    /// The SDK is not left to try again by itself, as it tells nothing of the first try when the second one fails.
    async fn try_twice<T: DeserializeOwned>(&self, payload: Blob) -> Result<T, ApiError> {
        let first = match self.invoke(payload.clone()).await {
            Ok(output) => return answer::understand(&output),
            Err(refused) if refused.outcome == Outcome::Refused => return Err(refused),
            Err(unanswered) => unanswered.outcome,
        };
        tokio::time::sleep(PAUSE).await;
        let second = self.invoke(payload).await.and_then(|output| answer::understand(&output));
        second.map_err(|second| match (first, second.outcome) {
            // Nothing came of the second try, but something may have come of the first.
            (Outcome::Unknown, Outcome::Retry) => second.with(Outcome::Unknown),
            _ => second,
        })
    }

    async fn invoke(&self, payload: Blob) -> Result<InvokeOutput, ApiError> {
        let client = self.client.get_or_init(connect).await;
        let invocation = client.invoke().function_name(&self.name).payload(payload).send();
        invocation.await.map_err(|error| unanswered::tell(&error))
    }
}

async fn connect() -> Client {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).build();
    let config = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    Client::new(&config.retry_config(RetryConfig::disabled()).load().await)
}
