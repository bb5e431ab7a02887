//! The sources of events. Each has a file that recognises its events, runs the command and answers as the source expects.
//!
//! | event | recognised by | file |
//! |---|---|---|
//! | API Gateway HTTP API, payload 2.0 | `requestContext.http` | `http_api` |
//! | EventBridge | `source`, `detail-type` | `eventbridge` |
//! | direct invocation | `command` | `direct` |
//! | other requests, batches of records (SQS, SNS) | `requestContext`, `Records` | `unserved` |
//!
//! # Answers
//!
//! A client of the HTTP API receives everything in the response. For every other sender a refusal is a reply, and a failure
//! of the volume is a function error, whose `errorType` is the stable name: Lambda repeats an asynchronous invocation that
//! ends so. An event of a kind that is not served is a function error too, because a queue would otherwise delete its
//! messages.

mod direct;
mod event_id;
mod eventbridge;
mod http_api;
mod logs;
mod parse;
mod unknown;
mod unserved;

use serde_json::Value;
use serde_json::value::RawValue;
use shared_volume::json;

use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

#[cfg(test)]
pub(crate) use self::{
    eventbridge::{CONFIG_CHANGE, CONFIG_ROLLBACK, MESSAGE_POSTED, SOURCE},
    logs::refused_for_good,
};

/// Parses an event, recognises its source and handles it.
///
/// # Errors
/// See `Handler::handle`.
pub(crate) async fn handle(event: &RawValue, invocation: &Invocation) -> Result<Reply, Failure> {
    let event: Value = match json::distinct(event.get()) {
        Ok(event) => event,
        // Lambda passes on some JSON that serde_json refuses: half a surrogate pair, a field that is given twice, deep
        // nesting.
        Err(error) => {
            let failure = Failure::event(Problem::EventUnreadable, format!("the event: {error}"));
            return Ok(refused("unreadable", &failure));
        }
    };
    if http_api::recognises(&event) {
        Ok(http_api::handle(event, invocation).await)
    } else if let Some(failure) = unserved::request(&event) {
        Err(failure)
    } else if eventbridge::recognises(&event) {
        eventbridge::handle(event, invocation).await
    } else if let Some(failure) = unserved::records(&event) {
        Err(failure)
    } else if direct::recognises(&event) {
        direct::handle(event, invocation).await
    } else {
        Ok(refused("unknown", &unknown::failure(&event)))
    }
}

/// Logs and answers an event without a source.
fn refused(event_kind: &'static str, failure: &Failure) -> Reply {
    logs::failed(event_kind, failure);
    Reply::refused(failure)
}
