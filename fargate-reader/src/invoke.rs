//! The function, by the Lambda Invoke API: the one way in which the reader has anything written.

use std::borrow::Cow;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::{DisplayErrorContext, SdkError};
use aws_sdk_lambda::operation::invoke::{InvokeError, InvokeOutput};
use aws_sdk_lambda::primitives::Blob;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::error::ApiError;

/// The function waits up to 7 s for a volume that is silent, and then says so; a cold start comes on top.
const OPERATION: Duration = Duration::from_secs(10);

/// A function that is there is reached at once.
const CONNECT: Duration = Duration::from_secs(2);

/// One retry, of what was throttled or lost. It does no harm: every command carries the id of its event.
const ATTEMPTS: u32 = 2;

/// What the function is asked to do.
#[derive(Debug, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command<'a> {
    /// Add a message.
    Post {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        author: Option<&'a str>,
        event: &'a str,
    },
    /// Take all messages away.
    Clear { event: &'a str },
    /// Publish an earlier configuration again.
    RollbackConfig { generation: u64, event: &'a str },
}

/// What the function answers when it refuses.
#[derive(Debug, Deserialize)]
struct Refusal {
    error: String,
    message: String,
    status: u16,
}

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
    /// What the function refused, as it said it, or `writer_busy`, `writer_unavailable`, `writer_failed`.
    pub(crate) async fn call(&self, command: &Command<'_>) -> Result<Map<String, Value>, ApiError> {
        let payload = serde_json::to_vec(command).map_err(|error| failed(&error.to_string()))?;
        let client = self.client.get_or_init(connect).await;
        let invocation = client.invoke().function_name(&self.name).payload(Blob::new(payload)).send();
        let output = invocation.await.map_err(|error| unanswered(&error))?;
        understand(&output)
    }
}

async fn connect() -> Client {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(OPERATION).build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    let config = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).retry_config(retries);
    Client::new(&config.load().await)
}

fn understand(output: &InvokeOutput) -> Result<Map<String, Value>, ApiError> {
    let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
    if let Some(kind) = output.function_error() {
        return Err(failed(&format!("{kind}: {}", String::from_utf8_lossy(payload))));
    }
    let answer: Map<String, Value> = serde_json::from_slice(payload).map_err(|error| failed(&error.to_string()))?;
    if !answer.contains_key("error") {
        return Ok(answer);
    }
    let refusal: Refusal = serde_json::from_value(Value::Object(answer)).map_err(|error| failed(&error.to_string()))?;
    let status = StatusCode::from_u16(refusal.status).ok().filter(|status| status.as_u16() >= 400);
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    Err(ApiError { status, error: Cow::Owned(refusal.error), message: refusal.message })
}

/// The function ran and failed, or answered what nobody understands.
fn failed(reason: &str) -> ApiError {
    tracing::error!(reason, "writer_failed");
    let message =
        "the function that writes the wall failed; the message may or may not be there, look before you retry";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "writer_failed", message)
}

/// The function did not run, as far as can be told.
fn unanswered(error: &SdkError<InvokeError>) -> ApiError {
    let throttled = error.raw_response().is_some_and(|response| response.status().as_u16() == 429);
    tracing::warn!(error = %DisplayErrorContext(error), throttled, "writer_unanswered");
    let (name, message) = match error {
        _ if throttled => ("writer_busy", "all of the function's environments are busy; try again in a moment"),
        SdkError::TimeoutError(_) => ("writer_unavailable", "the function that writes the wall did not answer in time"),
        _ => ("writer_unavailable", "the function that writes the wall cannot be reached"),
    };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, name, message)
}
