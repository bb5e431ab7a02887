//! Events of EventBridge. Nobody reads the reply, and EventBridge repeats an event after a function error.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde::Deserialize;
use serde_json::Value;
use shared_volume::config::{Cause, Change};
use shared_volume::files::{FileChange, FileName, FileRequest};
use shared_volume::message::Draft;
use wall_api::PostItem;

use super::event_id::Source;
use super::parse::{Part, parse};
use super::work::Work;
use super::{command, followed, logs};
use crate::commands::{ConfigChange, Write};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// The source of the events of this project.
pub(crate) const SOURCE: &str = "messagewall";

/// The detail type of an event that changes the configuration.
pub(crate) const CONFIG_CHANGE: &str = "Config Change Requested";

/// The detail type of an event that restores an earlier configuration.
pub(crate) const CONFIG_ROLLBACK: &str = "Config Rollback Requested";

/// The detail type of an event that publishes a file.
pub(crate) const FILE_PUBLICATION: &str = "File Publication Requested";

/// The detail type of an event that restores an earlier generation of a file.
pub(crate) const FILE_ROLLBACK: &str = "File Rollback Requested";

/// The detail type of an event that adds a message.
pub(crate) const MESSAGE_POSTED: &str = "Message Posted";

/// Returns true if the event comes from EventBridge.
pub(super) fn recognises(event: &Value) -> bool {
    event["detail-type"].is_string() && event["source"].is_string()
}

/// Handles an event. A refused event is stored in `rejected/` and logged, because nobody reads the reply.
///
/// # Errors
/// Returns a failure of the volume or of a source, so that the event is repeated.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let result = match work(event.clone(), invocation) {
        Ok(work) => work.run(invocation).await,
        Err(failure) => Err(failure),
    };
    logs::or_refused_for_good(event, result, invocation).await
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
    expected_generation: Option<u64>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePublicationRequested {
    name: FileName,
    content: Option<String>,
    content_base64: Option<String>,
    expected_generation: Option<u64>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRollbackRequested {
    name: FileName,
    generation: u64,
    expected_generation: Option<u64>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessagePosted {
    author: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessagesPosted {
    messages: Vec<Value>,
}

/// Parses an event.
///
/// # Errors
/// Returns the first fault, with its field.
pub(super) fn work(event: Value, invocation: &Invocation<'_>) -> Result<Work, Failure> {
    let event: EventBridgeEvent = parse(event, Part::Event)?;
    // An event without an id would be applied again by every retry.
    let Some(id) = event.id.filter(|id| !id.is_empty()) else {
        return Err(Failure::in_field(Problem::EventInvalid, "id", "is missing"));
    };
    let id = Source::EventBridge.scoped(&id, "id")?;
    if event.source == SOURCE {
        return own(&event.detail_type, event.detail, id, invocation);
    }
    followed::work(&event.source, &event.detail_type, event.detail, id, invocation.sources())
}

fn own(detail_type: &str, detail: Value, id: String, invocation: &Invocation<'_>) -> Result<Work, Failure> {
    let received = invocation.received;
    let cause = |note| Cause { source: SOURCE.to_owned(), event: Some(id.clone()), note, ..invocation.cause() };
    let configure = |change, expected_generation, note| {
        let cause = cause(note);
        let change = ConfigChange { change, expected_generation, cause };
        Work::Write(Write::Configure(Box::new(change)))
    };
    Ok(match detail_type {
        CONFIG_CHANGE => {
            let ConfigChangeRequested { patch, expected_generation, note } = parse(detail, Part::Detail)?;
            configure(Change::Patch(patch), expected_generation, note)
        }
        CONFIG_ROLLBACK => {
            let ConfigRollbackRequested { generation, expected_generation, note } = parse(detail, Part::Detail)?;
            configure(Change::Rollback(generation), expected_generation, note)
        }
        FILE_PUBLICATION => {
            let FilePublicationRequested { name, content, content_base64, expected_generation, note } =
                parse(detail, Part::Detail)?;
            let (change, cause) = (FileChange::Content(command::bytes(content, content_base64)?), cause(note));
            Work::Write(Write::File(Box::new(FileRequest { name, change, expected_generation, cause })))
        }
        FILE_ROLLBACK => {
            let FileRollbackRequested { name, generation, expected_generation, note } = parse(detail, Part::Detail)?;
            let (change, cause) = (FileChange::Rollback(generation), cause(note));
            Work::Write(Write::File(Box::new(FileRequest { name, change, expected_generation, cause })))
        }
        MESSAGE_POSTED if detail.get("messages").is_some() => {
            let MessagesPosted { messages } = parse(detail, Part::Detail)?;
            let draft = |(at, item): (usize, Value)| {
                let PostItem { text, author, event } = parse(item, Part::Item)?;
                let event = match event {
                    Some(event) => Source::EventBridge.scoped(&event, "event")?,
                    None => format!("{id}#{at}"),
                };
                Ok(Write::Post(Draft { author, text, picture: None, event: Some(event), received }))
            };
            Work::Posts(command::list(messages)?.into_iter().enumerate().map(draft).collect())
        }
        MESSAGE_POSTED => {
            let MessagePosted { author, text } = parse(detail, Part::Detail)?;
            Work::Write(Write::Post(Draft { author, text, picture: None, event: Some(id), received }))
        }
        other => return Err(followed::unsupported(SOURCE, other)),
    })
}
