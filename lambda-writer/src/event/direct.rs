//! A direct invocation: a command as JSON. The reader's page and the AWS CLI send it.

use serde::Deserialize;
use serde_json::{Map, Value};
use shared_volume::config::{Cause, Change, Request};
use shared_volume::message::Draft;

use super::log_refusal;
use super::parse::parse;
use crate::command::{Command, Limit};
use crate::error::{ErrorBody, Failure};
use crate::handler::Invocation;
use crate::reply::Reply;

/// Handles a command. Whoever sent it waits for the answer, so everything is told in the reply.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> Reply {
    let result = match command(event, invocation) {
        Ok(command) => invocation.execute(command).await,
        Err(failure) => Err(failure),
    };
    match result {
        Ok(done) => Reply::Done(Box::new(done.into())),
        Err(failure) => {
            log_refusal(&failure, "direct");
            error(&failure)
        }
    }
}

/// An error for somebody who has no HTTP status to look at.
pub(super) fn error(failure: &Failure) -> Reply {
    Reply::Error(ErrorBody { status: Some(failure.status().as_u16()), ..failure.body() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Post {
    text: String,
    author: Option<String>,
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(default)]
    limit: Limit,
    #[serde(rename = "event")]
    _event: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeConfig {
    patch: Value,
    expected_generation: Option<u64>,
    note: Option<String>,
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishConfig {
    config: Value,
    expected_generation: Option<u64>,
    note: Option<String>,
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RollbackConfig {
    generation: u64,
    event: Option<String>,
}

fn command(mut event: Value, invocation: &Invocation) -> Result<Command, Failure> {
    let command = event.as_object_mut().and_then(|fields: &mut Map<_, _>| fields.remove("command"));
    let Some(Value::String(command)) = command else {
        return Err(Failure::input("command_invalid", "command: must be a string"));
    };
    // A retry of this very request harms nothing, nor does one that names the same event.
    let id = |given: Option<String>| given.unwrap_or_else(|| invocation.request_id.clone());
    let configure = |change, expected_generation, note, given| {
        let (event, received) = (Some(id(given)), Some(invocation.received));
        let request = Some(invocation.request_id.clone());
        let cause = Cause { source: "direct".to_owned(), event, request, note, received, at: None };
        Command::Configure(Request { change, expected_generation, cause })
    };
    Ok(match command.as_str() {
        "post" => {
            let Post { text, author, event } = fields(event, &command)?;
            Command::Post(Draft { author, text, event: Some(id(event)), received: invocation.received })
        }
        "read" => Command::Read(fields::<Read>(event, &command)?.limit),
        "clear" => {
            let Clear { event } = fields(event, &command)?;
            Command::Clear { event: id(event) }
        }
        "change_config" => {
            let ChangeConfig { patch, expected_generation, note, event } = fields(event, &command)?;
            configure(Change::Patch(patch), expected_generation, note, event)
        }
        "publish_config" => {
            let PublishConfig { config, expected_generation, note, event } = fields(event, &command)?;
            configure(Change::Whole(config), expected_generation, note, event)
        }
        "rollback_config" => {
            let RollbackConfig { generation, event } = fields(event, &command)?;
            configure(Change::Rollback(generation), None, None, event)
        }
        other => {
            let known = "post, read, clear, change_config, publish_config, rollback_config";
            return Err(Failure::input("command_unknown", format!("command: {other:?} is none of {known}")));
        }
    })
}

/// Reads what stands beside `command`.
fn fields<T: serde::de::DeserializeOwned>(event: Value, command: &str) -> Result<T, Failure> {
    parse(event, command, "command_invalid")
}
