//! A direct invocation: a command as JSON. The reader's page and the AWS CLI send it.

use serde::Deserialize;
use serde_json::{Map, Value};
use shared_volume::config::{Cause, Change, Request};
use shared_volume::message::Draft;
use wall_api::ErrorBody;

use super::id::Source;
use super::log_refusal;
use super::parse::{Part, parse};
use crate::command::{Command, Limit};
use crate::error::{Failure, Problem};
use crate::handler::Invocation;
use crate::reply::Reply;

/// Handles a command. A refusal is told in the reply. Where trying again may help there is a function error: whoever
/// waits reads name and message there, and for a sender that does not wait Lambda tries again by itself.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> Result<Reply, Failure> {
    let result = match command(event, invocation) {
        Ok(command) => invocation.execute(command).await,
        Err(failure) => Err(failure),
    };
    match result {
        Ok(done) => Ok(Reply::Done(Box::new(done.into()))),
        // The runtime logs it.
        Err(failure) if failure.is_transient() => Err(failure),
        Err(failure) => {
            log_refusal(&failure, "direct");
            Ok(error(&failure))
        }
    }
}

/// An error for somebody who has no HTTP status to look at.
pub(super) fn error(failure: &Failure) -> Reply {
    Reply::Error(ErrorBody { status: Some(failure.status().as_u16()), ..failure.body() })
}

/// On whose behalf a command comes, so that the ids of their events are kept apart.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CalledFrom {
    /// The reader's page, for a browser.
    Page,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Post {
    text: String,
    author: Option<String>,
    event: Option<String>,
    source: Option<CalledFrom>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(default)]
    limit: Limit,
    #[serde(rename = "event")]
    _event: Option<String>,
    #[serde(rename = "source")]
    _source: Option<CalledFrom>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    event: Option<String>,
    source: Option<CalledFrom>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remove {
    id: String,
    by: Option<String>,
    event: Option<String>,
    source: Option<CalledFrom>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeConfig {
    patch: Value,
    expected_generation: Option<u64>,
    note: Option<String>,
    event: Option<String>,
    source: Option<CalledFrom>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishConfig {
    config: Value,
    expected_generation: Option<u64>,
    note: Option<String>,
    event: Option<String>,
    source: Option<CalledFrom>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RollbackConfig {
    generation: u64,
    event: Option<String>,
    source: Option<CalledFrom>,
}

fn command(mut event: Value, invocation: &Invocation) -> Result<Command, Failure> {
    let command = event.as_object_mut().and_then(|fields: &mut Map<_, _>| fields.remove("command"));
    let Some(Value::String(command)) = command else {
        return Err(Failure::in_field(Problem::CommandInvalid, "command", "must be a string"));
    };
    let id = |given, source| event_id(&command, given, source, invocation);
    let configure = |change, expected_generation, note, event| {
        let (event, received) = (Some(event), Some(invocation.received));
        let request = Some(invocation.request_id.clone());
        let cause = Cause { source: "direct".to_owned(), event, request, note, received, at: None };
        Command::Configure(Request { change, expected_generation, cause })
    };
    Ok(match command.as_str() {
        "post" => {
            let Post { text, author, event, source } = fields(event, &command)?;
            Command::Post(Draft { author, text, event: Some(id(event, source)?), received: invocation.received })
        }
        "read" => Command::Read(fields::<Read>(event, &command)?.limit),
        "clear" => {
            let Clear { event, source } = fields(event, &command)?;
            Command::Clear { event: id(event, source)? }
        }
        "remove" => {
            let Remove { id: message, by, event, source } = fields(event, &command)?;
            Command::Remove { id: message, by, event: id(event, source)? }
        }
        "change_config" => {
            let ChangeConfig { patch, expected_generation, note, event, source } = fields(event, &command)?;
            configure(Change::Patch(patch), expected_generation, note, id(event, source)?)
        }
        "publish_config" => {
            let PublishConfig { config, expected_generation, note, event, source } = fields(event, &command)?;
            configure(Change::Whole(config), expected_generation, note, id(event, source)?)
        }
        "rollback_config" => {
            let RollbackConfig { generation, event, source } = fields(event, &command)?;
            configure(Change::Rollback(generation), None, None, id(event, source)?)
        }
        other => {
            let known = "post, read, clear, remove, change_config, publish_config, rollback_config";
            return Err(Failure::in_field(Problem::CommandUnknown, "command", format!("{other:?} is none of {known}")));
        }
    })
}

/// The id by which a retry of this command is known: the one it names, or the request's, which Lambda's own retries keep.
fn event_id(
    command: &str,
    given: Option<String>,
    source: Option<CalledFrom>,
    invocation: &Invocation,
) -> Result<String, Failure> {
    match (given, source) {
        (Some(id), None) => Source::Direct.scoped(&id, "event"),
        (Some(id), Some(CalledFrom::Page)) => Source::Page.scoped(&id, "event"),
        (None, None) => Source::Lambda.scoped(&invocation.request_id, "request id"),
        (None, Some(_)) => {
            let message = format!("{command}: missing field `event`, which `source` requires");
            Err(Failure::Event { problem: Problem::CommandInvalid, field: Some("event".into()), message })
        }
    }
}

/// Reads what stands beside `command`.
fn fields<T: serde::de::DeserializeOwned>(event: Value, command: &str) -> Result<T, Failure> {
    parse(event, Part::Command(command))
}
