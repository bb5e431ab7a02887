//! An event of EventBridge. Nobody waits for the answer, and EventBridge tries again after a function error.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde::Deserialize;
use serde_json::Value;
use shared_volume::config::{Cause, Change, Request};
use shared_volume::message::Draft;

use super::direct;
use super::id::Source;
use super::parse::{Part, parse};
use crate::command::Command;
use crate::error::{Failure, Problem};
use crate::handler::Invocation;
use crate::reply::Reply;

/// Handles an event: a function error where trying again may help, else an answer that says what became of it. Nobody
/// reads that answer, so a refused event is stored in `rejected/` and logged in the line that the alarm counts.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> Result<Reply, Failure> {
    let result = match command(event.clone(), invocation) {
        Ok(command) => invocation.execute(command).await,
        Err(failure) => Err(failure),
    };
    match result {
        Ok(done) => Ok(Reply::Done(Box::new(done.into()))),
        // The runtime logs it.
        Err(failure) if failure.is_transient() => Err(failure),
        Err(failure) => {
            let stored = invocation.reject(event, &failure).await;
            let (error, detail) = (failure.name(), failure.to_string());
            match stored {
                Ok(file) => tracing::error!(error, detail, file, "event refused for good"),
                Err(not_stored) => tracing::error!(error, detail, %not_stored, "event refused for good"),
            }
            Ok(direct::error(&failure))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigChangeRequested {
    patch: Value,
    expected_generation: Option<u64>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigRollbackRequested {
    generation: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessagePosted {
    author: Option<String>,
    text: String,
}

/// The places of Parameter Store and S3 are in this match.
fn command(event: Value, invocation: &Invocation) -> Result<Command, Failure> {
    let event: EventBridgeEvent = parse(event, Part::Event)?;
    // Without the id a retry would do it all again.
    let Some(id) = event.id.filter(|id| !id.is_empty()) else {
        return Err(Failure::in_field(Problem::EventInvalid, "id", "is missing"));
    };
    let id = Source::EventBridge.scoped(&id, "id")?;
    let detail = event.detail;
    match (event.source.as_str(), event.detail_type.as_str()) {
        ("messagewall", "Config Change Requested") => {
            let ConfigChangeRequested { patch, expected_generation, note } = fields(detail)?;
            Ok(configure(Change::Patch(patch), expected_generation, note, (event.source, id), invocation))
        }
        ("messagewall", "Config Rollback Requested") => {
            let ConfigRollbackRequested { generation } = fields(detail)?;
            Ok(configure(Change::Rollback(generation), None, None, (event.source, id), invocation))
        }
        ("messagewall", "Message Posted") => {
            let MessagePosted { author, text } = fields(detail)?;
            Ok(Command::Post(Draft { author, text, event: Some(id), received: invocation.received }))
        }
        (source, detail_type) => Err(Failure::event(
            Problem::EventUnsupported,
            format!("an EventBridge event {detail_type:?} from {source:?} is not served by this function"),
        )),
    }
}

fn fields<T: serde::de::DeserializeOwned>(detail: Value) -> Result<T, Failure> {
    parse(detail, Part::Detail)
}

fn configure(
    change: Change,
    expected_generation: Option<u64>,
    note: Option<String>,
    (source, event): (String, String),
    invocation: &Invocation,
) -> Command {
    let (request, received) = (Some(invocation.request_id.clone()), Some(invocation.received));
    let cause = Cause { source, event: Some(event), request, note, received, at: None };
    Command::Configure(Request { change, expected_generation, cause })
}
