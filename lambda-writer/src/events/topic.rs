//! Notifications of SNS. Nobody reads the reply, and SNS invokes the function asynchronously.

use aws_lambda_events::sns::SnsEvent;
use serde_json::Value;

use super::logs;
use super::parse::{Part, parse};
use super::payload;
use super::sender::Sender;
use crate::error::Failure;
use crate::invocation::Invocation;
use crate::reply::Reply;

/// Returns true if the event is a batch of notifications.
pub(super) fn recognises(event: &Value) -> bool {
    // SNS writes the name of the field with a capital letter.
    event["Records"][0]["EventSource"] == "aws:sns"
}

/// Handles notifications. A refused one is stored in `rejected/` and logged.
///
/// # Errors
/// Returns a failure of the volume or of a source, so that the notifications are repeated. Those that had their effect do
/// not have it twice.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let SnsEvent { records, .. } = match parse(event.clone(), Part::Event) {
        Ok(parsed) => parsed,
        Err(failure) => return logs::or_refused_for_good(event, Err(failure), invocation).await,
    };
    let mut replies = Vec::new();
    for (at, record) in records.into_iter().enumerate() {
        let (id, message) = (record.sns.message_id, record.sns.message);
        let result = match payload::of_topic(&message, Sender::topic(&id), invocation) {
            Ok(work) => work.run(invocation).await,
            Err(failure) => Err(failure),
        };
        let notification = event["Records"][at].clone();
        replies.push(logs::or_refused_for_good(notification, result, invocation).await?);
    }
    // SNS sends one notification in each event.
    Ok(if replies.len() == 1 { replies.remove(0) } else { Reply::Many(replies) })
}
