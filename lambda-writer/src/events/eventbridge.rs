//! Events of EventBridge. Nobody reads the reply, and EventBridge repeats an event after a function error.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde::Deserialize;
use serde_json::Value;
use shared_volume::config::Change;
use shared_volume::message::Draft;

use super::event_id::Source;
use super::logs;
use super::parse::{Part, parse};
use crate::commands::{self, ConfigChange};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// The source of the events that are served.
pub(crate) const SOURCE: &str = "messagewall";

/// The detail type of an event that changes the configuration.
pub(crate) const CONFIG_CHANGE: &str = "Config Change Requested";

/// The detail type of an event that restores an earlier configuration.
pub(crate) const CONFIG_ROLLBACK: &str = "Config Rollback Requested";

/// The detail type of an event that adds a message.
pub(crate) const MESSAGE_POSTED: &str = "Message Posted";

/// Returns true if the event comes from EventBridge.
pub(super) fn recognises(event: &Value) -> bool {
    event["detail-type"].is_string() && event["source"].is_string()
}

/// Handles an event. A refused event is stored in `rejected/` and logged, because nobody reads the reply.
///
/// # Errors
/// Returns a failure of the volume, so that the event is repeated.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> Result<Reply, Failure> {
    match run(event.clone(), invocation).await {
        // The runtime logs function errors.
        Err(failure) if !failure.is_transient() => {
            logs::refused_for_good(&failure, &invocation.reject(event, &failure).await);
            Ok(Reply::refused(&failure))
        }
        result => result,
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
    expected_generation: Option<u64>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessagePosted {
    author: Option<String>,
    text: String,
}

async fn run(event: Value, invocation: &Invocation) -> Result<Reply, Failure> {
    let event: EventBridgeEvent = parse(event, Part::Event)?;
    // An event without an id would be applied again by every retry.
    let Some(id) = event.id.filter(|id| !id.is_empty()) else {
        return Err(Failure::in_field(Problem::EventInvalid, "id", "is missing"));
    };
    let (id, detail, source) = (Source::EventBridge.scoped(&id, "id")?, event.detail, event.source);
    match (source.as_str(), event.detail_type.as_str()) {
        (SOURCE, CONFIG_CHANGE) => {
            let ConfigChangeRequested { patch, expected_generation, note } = parse(detail, Part::Detail)?;
            let change = Change::Patch(patch);
            configure(ConfigChange { change, expected_generation, note, source, event: id }, invocation).await
        }
        (SOURCE, CONFIG_ROLLBACK) => {
            let ConfigRollbackRequested { generation, expected_generation, note } = parse(detail, Part::Detail)?;
            let change = Change::Rollback(generation);
            configure(ConfigChange { change, expected_generation, note, source, event: id }, invocation).await
        }
        (SOURCE, MESSAGE_POSTED) => {
            let MessagePosted { author, text } = parse(detail, Part::Detail)?;
            let draft = Draft { author, text, event: Some(id), received: invocation.received };
            Ok(Reply::Posted(commands::post(invocation, draft).await?))
        }
        (source, detail_type) => {
            let event = format!("an EventBridge event {detail_type:?} from {source:?}");
            Err(Failure::event(Problem::EventUnsupported, format!("{event} is not served by this function")))
        }
    }
}

async fn configure(change: ConfigChange, invocation: &Invocation) -> Result<Reply, Failure> {
    Ok(Reply::Configured(Box::new(commands::configure(invocation, change).await?)))
}
