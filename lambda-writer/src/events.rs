//! The sources of events. Each has a file that recognises its events, parses them and answers as the source expects.
//!
//! | event | recognised by | file |
//! |---|---|---|
//! | API Gateway (payload 2.0 and 1.0), function URL, load balancer | `requestContext` | `http_api` |
//! | EventBridge: own events, Parameter Store, S3, AppConfig, schedules | `source`, `detail-type` | `eventbridge`, `followed` |
//! | outcome of an asynchronous invocation | `requestContext.condition` | `destination` |
//! | SQS | `Records`, `eventSource` | `queue` |
//! | SNS | `Records`, `EventSource` | `topic` |
//! | notification of S3 | `Records`, `eventSource` | `payload` |
//! | direct invocation | `command` | `direct` |
//! | any other | | `unknown` |
//!
//! What an event asks for is a `Work`, whatever its source: a command, several posts, or a look at a followed document.
//!
//! # Answers
//!
//! A client of an HTTP API receives everything in the response. For every other sender a refusal is a reply, and a failure
//! of the volume or of a source is a function error, whose `errorType` is the stable name: Lambda repeats an asynchronous
//! invocation that ends so. SQS gets the messages that failed, refused ones included, so that they reach the dead-letter
//! queue. A batch of another source is a function error too, because its source would otherwise delete it.

mod command;
mod destination;
mod direct;
mod event_id;
mod eventbridge;
mod followed;
mod http_api;
mod logs;
mod parse;
mod payload;
mod queue;
mod sender;
mod topic;
mod unknown;
mod work;

use serde_json::Value;
use serde_json::value::RawValue;
use shared_volume::json;

use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

#[cfg(test)]
pub(crate) use self::{
    eventbridge::{CONFIG_CHANGE, CONFIG_ROLLBACK, FILE_PUBLICATION, FILE_ROLLBACK, MESSAGE_POSTED, SOURCE},
    followed::{DEPLOYED, OBJECT_CREATED, OBJECT_DELETED, OPERATIONS, PARAMETER_CHANGE, SCHEDULED},
    logs::refused_for_good,
};

/// Parses an event, recognises its source and handles it.
///
/// # Errors
/// See `Handler::handle`.
pub(crate) async fn handle(event: &RawValue, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let event: Value = match json::distinct(event.get()) {
        Ok(event) => event,
        // Lambda passes on some JSON that serde_json refuses: half a surrogate pair, a field that is given twice, deep
        // nesting.
        Err(error) => {
            let failure = Failure::event(Problem::EventUnreadable, format!("the event: {error}"));
            return logs::or_refused_for_good(event.get().into(), Err(failure), invocation).await;
        }
    };
    if destination::recognises(&event) {
        destination::handle(event, invocation).await
    } else if http_api::recognises(&event) {
        Ok(http_api::handle(event, invocation).await)
    } else if eventbridge::recognises(&event) {
        eventbridge::handle(event, invocation).await
    } else if queue::recognises(&event) {
        queue::handle(event, invocation).await
    } else if topic::recognises(&event) {
        topic::handle(event, invocation).await
    } else if payload::is_object_notification(&event) {
        let result = match payload::object_notification(event.clone(), invocation.sources()) {
            Ok(work) => work.run(invocation).await,
            Err(failure) => Err(failure),
        };
        logs::or_refused_for_good(event, result, invocation).await
    } else if command::recognises(&event) {
        direct::handle(event, invocation).await
    } else {
        unknown::handle(event, invocation).await
    }
}
