//! The content of a message of SQS or of a notification of SNS: a command, or an event that another service has put there.

use aws_lambda_events::s3::S3Event;
use serde::Deserialize;
use serde_json::Value;
use shared_volume::json::distinct;

use super::event_id::Source;
use super::parse::{Part, parse};
use super::sender::Sender;
use super::work::Work;
use super::{command, eventbridge, followed, unknown};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::sources::Sources;

/// A notification of SNS in a queue, unless the subscription delivers raw messages.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Notification {
    message_id: String,
    message: String,
}

/// Parses the content of a message of SQS.
///
/// # Errors
/// Returns the first fault, with its field.
pub(super) fn of_queue(body: &str, sender: Sender<'_>, invocation: &Invocation<'_>) -> Result<Work, Failure> {
    let payload = json(body, "body")?;
    if payload["Type"] == "Notification" && payload["Message"].is_string() {
        let Notification { message_id, message } = parse(payload, Part::Body)?;
        return of_topic(&message, Sender::topic(&message_id), invocation);
    }
    work(payload, sender, invocation)
}

/// Parses the content of a notification of SNS.
///
/// # Errors
/// Returns the first fault, with its field.
pub(super) fn of_topic(message: &str, sender: Sender<'_>, invocation: &Invocation<'_>) -> Result<Work, Failure> {
    work(json(message, "Message")?, sender, invocation)
}

fn json(text: &str, field: &'static str) -> Result<Value, Failure> {
    distinct(text).map_err(|error| Failure::in_field(Problem::JsonInvalid, field, error))
}

fn work(payload: Value, sender: Sender<'_>, invocation: &Invocation<'_>) -> Result<Work, Failure> {
    if command::recognises(&payload) {
        match command::work(payload, sender, invocation)? {
            work @ (Work::Read(_) | Work::FileHistory(..)) => {
                let name = if matches!(work, Work::Read(_)) { "read" } else { "file_history" };
                let fault = format!("`{name}` has no effect here, because nobody reads the answer");
                Err(Failure::in_field(Problem::CommandInvalid, "command", fault))
            }
            work => Ok(work),
        }
    } else if eventbridge::recognises(&payload) {
        eventbridge::work(payload, invocation)
    } else if is_object_notification(&payload) {
        object_notification(payload, invocation.sources())
    } else if payload["Event"] == "s3:TestEvent" {
        Ok(Work::Nothing("S3 tests its notifications".to_owned()))
    } else {
        Err(unknown::failure(&payload))
    }
}

/// Returns true if this is a notification of S3.
pub(super) fn is_object_notification(event: &Value) -> bool {
    event["Records"][0]["eventSource"] == "aws:s3"
}

/// Parses a notification of S3 about a new version of an object.
///
/// # Errors
/// Returns a failure if the notification is of another kind, or about an object that is not followed.
pub(super) fn object_notification(event: Value, sources: &Sources) -> Result<Work, Failure> {
    let S3Event { records, .. } = parse(event, Part::Event)?;
    // S3 sends one record in each notification.
    let Some(record) = records.into_iter().next() else { return Err(Failure::event(Problem::EventInvalid, "Records")) };
    let event_name = record.event_name.unwrap_or_default();
    if !event_name.starts_with("ObjectCreated:") {
        let message = format!("a notification {event_name:?} of S3 is not served by this function");
        return Err(Failure::event(Problem::EventUnsupported, message));
    }
    let field = |value: Option<String>, name: &'static str| {
        value.ok_or_else(|| Failure::in_field(Problem::EventInvalid, name, "is missing"))
    };
    let bucket = field(record.s3.bucket.name, "Records.0.s3.bucket.name")?;
    let key = field(record.s3.object.key, "Records.0.s3.object.key")?;
    // Keys in notifications are encoded like a form.
    let key = percent_encoding::percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned();
    let sequencer = field(record.s3.object.sequencer, "Records.0.s3.object.sequencer")?;
    let id = Source::S3.scoped(&format!("{key}#{sequencer}"), "Records.0.s3.object.key")?;
    followed::object(&bucket, &key, Some(sequencer), id, sources)
}
