//! The client of the functions, by the Lambda Invoke API: the one that writes the wall, which nothing else does, and the one
//! that classifies pictures.

mod answer;
mod error;
mod unanswered;

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use wall_api::{ClassifyPicture, Command, Outcome, Remove, Removed};

pub(crate) use self::error::CallError;

/// The timeout of a call, retry included. The function waits up to 7 s for a silent volume before it reports that; a
/// cold start comes on top.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The timeout of connecting to Lambda.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The pause before the one retry of a call that was throttled or lost. The event id of the command makes it harmless.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// A function: the one that writes the wall, or the one that classifies pictures.
#[derive(Debug)]
pub(crate) struct Function {
    name: String,
    /// Created by the first call, because finding region and credentials may take seconds and must not delay the start.
    client: OnceCell<Client>,
}

impl Function {
    /// Creates a client of the function with this name or ARN.
    pub(crate) fn new(name: String) -> Self {
        Self { name, client: OnceCell::new() }
    }

    /// Returns the name of the function, without the account that an ARN names.
    pub(crate) fn name(&self) -> &str {
        let of_arn = self.name.starts_with("arn:").then(|| self.name.split(':').nth(6)).flatten();
        of_arn.unwrap_or(&self.name)
    }

    /// Sends a command to the function and returns its answer.
    ///
    /// # Errors
    /// Returns an error if the function refuses the command, or does not answer within [`CALL_TIMEOUT`].
    pub(crate) async fn call<T: DeserializeOwned>(&self, command: &Command) -> Result<T, CallError> {
        let payload = serde_json::to_vec(command).map_err(|error| answer::no_writer(&error.to_string()))?;
        let answered = tokio::time::timeout(CALL_TIMEOUT, self.try_twice(Blob::new(payload))).await;
        answered.unwrap_or_else(|_| Err(unanswered::timed_out()))
    }

    /// Makes the function remove a message.
    ///
    /// # Errors
    /// Returns the errors of [`Function::call`], and an error if the function removed another message.
    pub(crate) async fn remove(&self, remove: Remove) -> Result<Removed, CallError> {
        let id = remove.id.clone();
        let removed: Removed = self.call(&Command::Remove(remove)).await?;
        if removed.removed == id {
            Ok(removed)
        } else {
            Err(answer::no_writer(&format!("removed {:?}", removed.removed)))
        }
    }

    /// Makes Lambda run the function for a picture later. Lambda passes its answer on to the function that writes, so a label
    /// comes as an entry of the log. A failure is logged, because the question is asked again if no label comes.
    pub(crate) async fn classify(&self, question: &ClassifyPicture) {
        let asked = tokio::time::timeout(CALL_TIMEOUT, self.ask(question)).await;
        let error = match asked {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(late) => late.to_string(),
        };
        tracing::warn!(error, id = question.message, picture = %question.picture, "label_not_asked");
    }

    async fn ask(&self, question: &ClassifyPicture) -> Result<(), String> {
        let payload = serde_json::to_vec(question).map_err(|error| error.to_string())?;
        let client = self.client.get_or_init(connect).await;
        let invocation = client.invoke().function_name(&self.name).payload(Blob::new(payload));
        let accepted = invocation.invocation_type(InvocationType::Event).send().await;
        accepted.map(drop).map_err(|error| DisplayErrorContext(&error).to_string())
    }

    /// Calls the function, and calls it once more if the first call failed without a refusal. The retries of the SDK are off,
    /// because they hide the error of the first call, which shows if that call may have written.
    async fn try_twice<T: DeserializeOwned>(&self, payload: Blob) -> Result<T, CallError> {
        let first = match self.invoke(payload.clone()).await {
            Ok(output) => return answer::parse(&output),
            Err(error) if error.outcome() == Outcome::Refused => return Err(error),
            Err(error) => error.outcome(),
        };
        tokio::time::sleep(RETRY_PAUSE).await;
        let second = self.invoke(payload).await.and_then(|output| answer::parse(&output));
        second.map_err(|second| match (first, second.outcome()) {
            // The second try wrote nothing, but the first one may have written.
            (Outcome::Unknown, Outcome::Retry) => second.with(Outcome::Unknown),
            _ => second,
        })
    }

    async fn invoke(&self, payload: Blob) -> Result<InvokeOutput, CallError> {
        let client = self.client.get_or_init(connect).await;
        let invocation = client.invoke().function_name(&self.name).payload(payload).send();
        invocation.await.map_err(|error| unanswered::call_error(&error))
    }
}

async fn connect() -> Client {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let config = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    Client::new(&config.retry_config(RetryConfig::disabled()).load().await)
}
