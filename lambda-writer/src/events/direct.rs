//! Direct invocations: a command as JSON. The reader's page and the AWS CLI send them.

use serde_json::Value;

use super::sender::Sender;
use super::{command, logs};
use crate::error::Failure;
use crate::invocation::Invocation;
use crate::reply::Reply;

/// Handles a command. A refusal is a reply. It is also stored in `rejected/`, because the sender of an asynchronous
/// invocation reads no reply, and Lambda does not say how a function was invoked.
///
/// # Errors
/// Returns a failure of the volume. A sender that waits reads name and message in the function error, and Lambda repeats the
/// command of a sender that does not wait.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let waits = event["source"] == "page" || event["command"] == "read" || event["command"] == "file_history";
    match run(event.clone(), invocation).await {
        // The runtime logs function errors.
        Err(failure) if !failure.is_transient() => {
            if waits {
                logs::failed("direct", &failure);
            } else {
                logs::refused(&failure, &invocation.reject(event, &failure).await);
            }
            Ok(Reply::refused(&failure))
        }
        Ok(reply) => {
            if let Some(failure) = logs::refused_part(&reply).filter(|_| !waits) {
                logs::refused(&failure, &invocation.reject(event, &failure).await);
            }
            Ok(reply.with(invocation.applied()))
        }
        Err(failure) => Err(failure),
    }
}

async fn run(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    command::work(event, Sender::direct(invocation), invocation)?.run(invocation).await
}
