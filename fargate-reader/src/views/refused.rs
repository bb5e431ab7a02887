//! The refused events that are about the configuration. `rejected/` also has messages, files, and what nobody understood.

use std::sync::Arc;

use serde_json::Value;

use crate::follow::{History, RefusedEvent};

/// The commands that publish a configuration.
const COMMANDS: [&str; 3] = ["change_config", "publish_config", "rollback_config"];

/// The source of this project's own events, and the detail types of those that publish a configuration.
const OWN: (&str, [&str; 2]) = ("messagewall", ["Config Change Requested", "Config Rollback Requested"]);

/// The sources of events about followed documents and of schedules, which compare them.
const DOCUMENTS: [&str; 5] = ["aws.ssm", "aws.s3", "aws.appconfig", "aws.scheduler", "aws.events"];

/// The largest number of steps into an event. A notification of S3, in one of SNS, in a batch of SQS takes 8.
const STEPS: usize = 10;

/// Returns the history with only those refused events that are about the configuration.
pub(crate) fn of_configuration(history: Arc<History>) -> Arc<History> {
    if history.refused.iter().all(|refused| is_about_configuration(refused)) {
        return history;
    }
    let mut history = Arc::unwrap_or_clone(history);
    history.refused.retain(|refused| is_about_configuration(refused));
    Arc::new(history)
}

/// Returns true if the event asked for another configuration, or told of a followed document that is no file. A file of
/// `rejected/` that cannot be read counts as well: nobody knows any more what it was about.
fn is_about_configuration(RefusedEvent { error, event, .. }: &RefusedEvent) -> bool {
    match error.as_str() {
        "config_invalid" | "rejected_unreadable" => true,
        // The kind of the event is unknown, or it was about a file.
        "event_unsupported" | "event_unknown" | "schema_invalid" | "files_too_many" => false,
        error => !error.starts_with("file_") && asks_for_configuration(event, STEPS),
    }
}

fn asks_for_configuration(event: &Value, steps: usize) -> bool {
    let is = |field: &str, known: &[&str]| event[field].as_str().is_some_and(|value| known.contains(&value));
    let is_inner = |inner: &Value| steps > 0 && asks_for_configuration(inner, steps - 1);
    match event {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner) => is_inner(&inner),
            Err(_) => begins_with_configuration(text),
        },
        Value::Array(records) => records.iter().any(is_inner),
        Value::Object(_) => {
            is("command", &COMMANDS)
                || is("source", &[OWN.0]) && is("detail-type", &OWN.1)
                || is("source", &DOCUMENTS) && event["detail-type"].is_string()
                || is("eventSource", &["aws:s3"])
                || [&event["Records"], &event["body"], &event["Message"], &event["Sns"]["Message"]]
                    .into_iter()
                    .any(is_inner)
        }
        _ => false,
    }
}

/// Returns true if the beginning of a long event shows that it asks for another configuration. In a text within it each quote
/// has a backslash.
fn begins_with_configuration(text: &str) -> bool {
    let has = |field: &str, value: &str| text.contains(&format!("\"{field}\":\"{value}\""));
    COMMANDS.iter().any(|command| has("command", command))
        || OWN.1.iter().any(|kind| has("detail-type", kind))
        || text.contains("\"detail\":{") && text.contains("\"patch\":{")
}

#[cfg(test)]
mod tests;
