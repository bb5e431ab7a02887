//! Parses commands, for every source whose events contain them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use shared_volume::config::Change;
use shared_volume::files::{FileChange, FileRequest};
use shared_volume::message::Draft;
use ulid::Ulid;
use wall_api::{
    ChangeConfig, Clear, Command, FileHistory, MAX_BATCH, Post, PostItem, PostMany, PublishConfig, PublishFile, Read,
    Remove, Restore, RollbackConfig, RollbackFile,
};

use super::parse::{Part, parse};
use super::sender::Sender;
use super::work::Work;
use crate::commands::{ConfigChange, Removal, Write};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;

/// The value of `wait` for a sender that waits until the tasks serve the effect of its command.
pub(super) const APPLIED: &str = "applied";

/// Returns true if the event is a command.
pub(super) fn recognises(event: &Value) -> bool {
    event.get("command").is_some()
}

/// Parses a command.
///
/// # Errors
/// Returns the first fault, with its field.
pub(super) fn work(mut event: Value, sender: Sender<'_>, invocation: &Invocation<'_>) -> Result<Work, Failure> {
    match event.as_object_mut().and_then(|fields| fields.remove("wait")) {
        None => {}
        Some(Value::String(wait)) if wait == APPLIED => invocation.await_tasks(),
        Some(_) => return Err(Failure::in_field(Problem::CommandInvalid, "wait", format!("must be {APPLIED:?}"))),
    }
    let name = event.as_object_mut().and_then(|fields: &mut Map<_, _>| fields.remove("command"));
    let Some(Value::String(name)) = name else {
        return Err(Failure::in_field(Problem::CommandInvalid, "command", "must be a string"));
    };
    let part = Part::Command(&name);
    let received = invocation.received;
    let configure = |change, expected_generation, event, note| {
        let cause = sender.cause(event, note, invocation);
        let change = ConfigChange { change, expected_generation, cause };
        Work::Write(Write::Configure(Box::new(change)))
    };
    Ok(match name.as_str() {
        "post" if event.get("messages").is_some() => {
            let PostMany { messages, source } = parse(event, part)?;
            let draft = |(at, item): (usize, Value)| {
                let PostItem { text, author, event } = parse(item, Part::Item)?;
                let event = Some(sender.event_id_at(event.as_deref(), source, at)?);
                Ok(Write::Post(Draft { author, text, picture: None, event, received }))
            };
            Work::Posts(list(messages)?.into_iter().enumerate().map(draft).collect())
        }
        "post" => {
            let Post { text, picture, author, event, source } = parse(event, part)?;
            let event = Some(sender.event_id(event.as_deref(), source)?);
            Work::Write(Write::Post(Draft { author, text, picture, event, received }))
        }
        "read" => {
            let Read { limit, event: _, source: _ } = parse(event, part)?;
            Work::Read(limit)
        }
        "clear" => {
            let Clear { event, source } = parse(event, part)?;
            Work::Write(Write::Clear(sender.event_id(event.as_deref(), source)?))
        }
        "restore" => {
            let Restore { wall, event, source } = parse(event, part)?;
            let fault = |fault| {
                Failure::in_field(Problem::CommandInvalid, "wall", format!("must be the id of a wall: {fault}"))
            };
            let wall = wall.parse::<Ulid>().map_err(fault)?;
            let event = sender.event_id(event.as_deref(), source)?;
            Work::Write(Write::Restore { wall, event })
        }
        "remove" => {
            let Remove { id, by, event, source } = parse(event, part)?;
            let event = sender.event_id(event.as_deref(), source)?;
            Work::Write(Write::Remove(Removal { id, by, event }))
        }
        "change_config" => {
            let ChangeConfig { patch, expected_generation, note, event, source } = parse(event, part)?;
            let event = sender.event_id(event.as_deref(), source)?;
            configure(Change::Patch(patch), expected_generation, event, note)
        }
        "publish_config" => {
            let PublishConfig { config, expected_generation, note, event, source } = parse(event, part)?;
            let event = sender.event_id(event.as_deref(), source)?;
            configure(Change::Whole(config), expected_generation, event, note)
        }
        "rollback_config" => {
            let RollbackConfig { generation, expected_generation, note, event, source } = parse(event, part)?;
            let event = sender.event_id(event.as_deref(), source)?;
            configure(Change::Rollback(generation), expected_generation, event, note)
        }
        "publish_file" => {
            let PublishFile { name, content, content_base64, expected_generation, note, event, source } =
                parse(event, part)?;
            let change = FileChange::Content(bytes(content, content_base64)?);
            let event = sender.event_id(event.as_deref(), source)?;
            let cause = sender.cause(event, note, invocation);
            Work::Write(Write::File(Box::new(FileRequest { name, change, expected_generation, cause })))
        }
        "rollback_file" => {
            let RollbackFile { name, generation, expected_generation, note, event, source } = parse(event, part)?;
            let change = FileChange::Rollback(generation);
            let event = sender.event_id(event.as_deref(), source)?;
            let cause = sender.cause(event, note, invocation);
            Work::Write(Write::File(Box::new(FileRequest { name, change, expected_generation, cause })))
        }
        "file_history" => {
            let FileHistory { name, limit, event: _, source: _ } = parse(event, part)?;
            Work::FileHistory(name, limit)
        }
        other => {
            let fault = format!("{other:?} is none of {}", Command::NAMES.join(", "));
            return Err(Failure::in_field(Problem::CommandUnknown, "command", fault));
        }
    })
}

/// Returns the content of a file, which a command has in one of two fields.
///
/// # Errors
/// Names the field that is missing, superfluous or no Base64.
pub(super) fn bytes(content: Option<String>, content_base64: Option<String>) -> Result<Vec<u8>, Failure> {
    let invalid = |field, fault: String| Failure::in_field(Problem::CommandInvalid, field, fault);
    match (content, content_base64) {
        (Some(text), None) => Ok(text.into_bytes()),
        (None, Some(encoded)) => {
            BASE64_STANDARD.decode(encoded).map_err(|error| invalid("content_base64", format!("is no Base64: {error}")))
        }
        (None, None) => Err(invalid("content", "is missing, and so is `content_base64`".to_owned())),
        (Some(_), Some(_)) => Err(invalid("content_base64", "must not be given beside `content`".to_owned())),
    }
}

/// Checks the number of messages of a list.
pub(super) fn list(messages: Vec<Value>) -> Result<Vec<Value>, Failure> {
    if (1..=MAX_BATCH).contains(&messages.len()) {
        return Ok(messages);
    }
    let fault = format!("must have 1 to {MAX_BATCH} messages, has {}", messages.len());
    Err(Failure::in_field(Problem::CommandInvalid, "messages", fault))
}
