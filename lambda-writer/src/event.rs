//! Which kinds of event there are. Each that is served has a room of its own, which makes a command of it and a reply
//! of what became of that.
//!
//! | event | told by | served in |
//! |---|---|---|
//! | API Gateway HTTP API, payload 2.0 | `requestContext.http` | `http_api` |
//! | EventBridge, source `messagewall` | `source`, `detail-type` | `eventbridge` |
//! | direct invocation | `command` | `direct` |
//! | EventBridge `aws.ssm`, `aws.s3` | `source`, `detail-type` | nowhere yet |
//! | SQS batch | `Records[].eventSource` is `aws:sqs` | nowhere yet |
//!
//! # Who is told what
//!
//! A client of the HTTP API is told everything in the response. Everybody else is told a refusal in the reply, and by a
//! function error (`errorType` is the stable name) that the event is to be sent again, because the lock was held, or the
//! volume failed or was silent: Lambda does that by itself for a sender that does not wait. A function error also keeps the
//! events of a kind that nobody here reads (a queue would otherwise take its messages for handled).

mod direct;
mod eventbridge;
mod http_api;
mod id;
mod parse;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Failure, Problem};
use crate::handler::Invocation;
use crate::reply::Reply;

/// The kinds of event, as far as the function can tell them apart.
enum Kind {
    HttpApi,
    EventBridge,
    Direct,
    /// A kind that is known and not served, and what it is called.
    Unserved(String),
    Unknown,
}

/// Reads an event, tells it apart and handles it.
pub(crate) async fn handle(event: &RawValue, invocation: &Invocation) -> Result<Reply, Failure> {
    let event: Value = match serde_json::from_str(event.get()) {
        Ok(event) => event,
        // JSON all the same, so that Lambda has passed it on: half an emoji, a number beyond a double, a hundred levels.
        Err(error) => {
            return Ok(refused(&Failure::event(Problem::EventUnreadable, format!("the event: {error}")), "unreadable"));
        }
    };
    match Kind::of(&event) {
        Kind::HttpApi => Ok(Reply::Http(Box::new(http_api::handle(event, invocation).await))),
        Kind::EventBridge => eventbridge::handle(event, invocation).await,
        Kind::Direct => direct::handle(event, invocation).await,
        Kind::Unserved(what) => {
            Err(Failure::event(Problem::EventUnsupported, format!("{what} is not served by this function")))
        }
        Kind::Unknown => {
            let message = format!(
                "this is {}; expected a `command`, or an event of an HTTP API (payload 2.0) or of EventBridge",
                looks_of(&event)
            );
            Ok(refused(&Failure::event(Problem::EventUnknown, message), "unknown"))
        }
    }
}

/// The answer to an event that no source of its own answers.
fn refused(failure: &Failure, event_kind: &'static str) -> Reply {
    log_refusal(failure, event_kind);
    direct::error(failure)
}

impl Kind {
    fn of(event: &Value) -> Self {
        let context = &event["requestContext"];
        if context["http"].is_object() {
            Self::HttpApi
        } else if context["elb"].is_object() {
            Self::Unserved("an event of an Application Load Balancer".to_owned())
        } else if context.is_object() {
            Self::Unserved("an event of API Gateway in payload format 1.0 (choose 2.0)".to_owned())
        } else if event["detail-type"].is_string() && event["source"].is_string() {
            Self::EventBridge
        } else if let Some(source) = record_source(event) {
            Self::Unserved(format!("a batch of records from {source:?}"))
        } else if event.get("command").is_some() {
            Self::Direct
        } else {
            Self::Unknown
        }
    }
}

/// Where the records of a batch come from, such as `aws:sqs`. SNS spells the field its own way.
fn record_source(event: &Value) -> Option<&str> {
    let record = event["Records"].get(0)?;
    Some(record["eventSource"].as_str().or(record["EventSource"].as_str()).unwrap_or("an unknown source"))
}

/// Says what an event looked like, without repeating what may be long or private.
fn looks_of(event: &Value) -> String {
    match event {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(fields) if fields.is_empty() => "an object without fields".to_owned(),
        Value::Object(fields) => {
            let short = |name: &String| format!("{:?}", name.chars().take(40).collect::<String>());
            let mut names: Vec<String> = fields.keys().map(short).collect();
            // In which order a map has its fields depends on how serde_json was built.
            names.sort_unstable();
            names.truncate(8);
            let more = if fields.len() > names.len() { " and more" } else { "" };
            format!("an object with the fields {}{more}", names.join(", "))
        }
    }
}

/// Logs, once, what a waiting sender is told as well. A failing volume is ours to look after, the rest is theirs.
fn log_refusal(failure: &Failure, event_kind: &'static str) {
    let (error, detail) = (failure.name(), failure.to_string());
    if failure.is_transient() {
        tracing::error!(event_kind, error, detail, "event failed");
    } else {
        tracing::info!(event_kind, error, detail, "event refused");
    }
}
