//! Direct invocations: a command as JSON. The reader's page and the AWS CLI send them.

use serde_json::{Map, Value};
use shared_volume::config::Change;
use shared_volume::message::Draft;
use wall_api::{ChangeConfig, Clear, Command, Origin, Post, PublishConfig, Read, Remove, RollbackConfig};

use super::event_id::Source;
use super::logs;
use super::parse::{Part, parse};
use crate::commands::{self, ConfigChange};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// Returns true if the event is a command.
pub(super) fn recognises(event: &Value) -> bool {
    event.get("command").is_some()
}

/// Handles a command. A refusal is a reply.
///
/// # Errors
/// Returns a failure of the volume. A sender that waits reads name and message in the function error, and Lambda repeats the
/// command of a sender that does not wait.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> Result<Reply, Failure> {
    match run(event, invocation).await {
        // The runtime logs function errors.
        Err(failure) if !failure.is_transient() => {
            logs::failed("direct", &failure);
            Ok(Reply::refused(&failure))
        }
        result => result,
    }
}

async fn run(mut event: Value, invocation: &Invocation) -> Result<Reply, Failure> {
    let name = event.as_object_mut().and_then(|fields: &mut Map<_, _>| fields.remove("command"));
    let Some(Value::String(name)) = name else {
        return Err(Failure::in_field(Problem::CommandInvalid, "command", "must be a string"));
    };
    let part = Part::Command(&name);
    let id = |event, source| event_id(&name, event, source, invocation);
    match name.as_str() {
        "post" => {
            let Post { text, author, event, source } = parse(event, part)?;
            let draft = Draft { author, text, event: Some(id(event, source)?), received: invocation.received };
            Ok(Reply::Posted(commands::post(invocation, draft).await?))
        }
        "read" => {
            let Read { limit, event: _, source: _ } = parse(event, part)?;
            Ok(Reply::Newest(commands::read(invocation, limit, commands::json_bytes).await?))
        }
        "clear" => {
            let Clear { event, source } = parse(event, part)?;
            Ok(Reply::Cleared(commands::clear(invocation, id(event, source)?).await?))
        }
        "remove" => {
            let Remove { id: message, by, event, source } = parse(event, part)?;
            Ok(Reply::Removed(commands::remove(invocation, message, by, id(event, source)?).await?))
        }
        "change_config" => {
            let ChangeConfig { patch, expected_generation, note, event, source } = parse(event, part)?;
            configure(Change::Patch(patch), expected_generation, note, id(event, source)?, invocation).await
        }
        "publish_config" => {
            let PublishConfig { config, expected_generation, note, event, source } = parse(event, part)?;
            configure(Change::Whole(config), expected_generation, note, id(event, source)?, invocation).await
        }
        "rollback_config" => {
            let RollbackConfig { generation, expected_generation, note, event, source } = parse(event, part)?;
            let change = Change::Rollback(generation);
            configure(change, expected_generation, note, id(event, source)?, invocation).await
        }
        other => {
            let fault = format!("{other:?} is none of {}", Command::NAMES.join(", "));
            Err(Failure::in_field(Problem::CommandUnknown, "command", fault))
        }
    }
}

async fn configure(
    change: Change,
    expected_generation: Option<u64>,
    note: Option<String>,
    event: String,
    invocation: &Invocation,
) -> Result<Reply, Failure> {
    let change = ConfigChange { change, expected_generation, note, source: "direct".to_owned(), event };
    Ok(Reply::Configured(Box::new(commands::configure(invocation, change).await?)))
}

/// Returns the event id of a command: the one that it contains, or the request id, which Lambda's own retries keep.
fn event_id(
    command: &str,
    given: Option<String>,
    source: Option<Origin>,
    invocation: &Invocation,
) -> Result<String, Failure> {
    match (given, source) {
        (Some(id), None) => Source::Direct.scoped(&id, "event"),
        (Some(id), Some(Origin::Page)) => Source::Page.scoped(&id, "event"),
        (None, None) => Source::Lambda.scoped(&invocation.request_id, "request_id"),
        (None, Some(_)) => {
            let message = format!("{command}: missing field `event`, which `source` requires");
            Err(Failure::Event { problem: Problem::CommandInvalid, field: Some("event".into()), message })
        }
    }
}
