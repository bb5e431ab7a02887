//! The outcome of an asynchronous invocation, which Lambda sends to a destination: the classes of a picture.

use serde::Deserialize;
use serde_json::Value;
use shared_volume::message::{Findings, MAX_CLASS_CHARS, MAX_CLASSES, Refusal};
use wall_api::{Classified, ClassifyPicture, ErrorBody, FunctionError};

use super::event_id::Source;
use super::logs;
use super::parse::{Part, parse};
use super::work::Work;
use crate::commands::{Labelling, Write};
use crate::error::Failure;
use crate::invocation::Invocation;
use crate::reply::Reply;

/// Returns true if the event is the outcome of an asynchronous invocation.
pub(super) fn recognises(event: &Value) -> bool {
    event["requestContext"]["condition"].is_string() && event.get("requestPayload").is_some()
}

/// Handles an outcome. Nobody reads the reply.
///
/// # Errors
/// Returns a failure of the volume, so that the event is repeated.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let result = match work(event.clone()) {
        Ok(work) => work.run(invocation).await,
        Err(failure) => Err(failure),
    };
    match result {
        // The message was removed while its picture was classified.
        Err(Failure::Refused(refusal @ Refusal::MessageUnknown { .. })) => {
            Work::Nothing(refusal.to_string()).run(invocation).await
        }
        result => logs::or_refused_for_good(event, result, invocation).await,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    request_context: RequestContext,
    request_payload: Value,
    #[serde(default)]
    response_payload: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: String,
    condition: String,
}

/// Parses an outcome.
///
/// # Errors
/// Returns the first fault, with its field.
pub(super) fn work(event: Value) -> Result<Work, Failure> {
    let outcome: Outcome = parse(event, Part::Event)?;
    let RequestContext { request_id, condition } = outcome.request_context;
    let event = Source::Outcome.scoped(&request_id, "requestContext.requestId")?;
    let ClassifyPicture { message, picture: _ } = parse(outcome.request_payload, Part::Payload)?;
    let findings = findings(outcome.response_payload, &condition)?;
    Ok(Work::Write(Write::Label(Labelling { message, findings, event })))
}

/// Returns the classes of an answer, or the fault of a refusal or a function error.
fn findings(answer: Value, condition: &str) -> Result<Findings, Failure> {
    let fault = match (ErrorBody::deserialize(&answer), FunctionError::deserialize(&answer)) {
        (Ok(refusal), _) => Some(refusal.message),
        (_, Ok(error)) => Some(error.error_message),
        _ if condition != "Success" => Some(format!("the invocation ended with {condition}")),
        _ => None,
    };
    if let Some(fault) = fault {
        let fault = fault.chars().filter(|c| !c.is_control()).take(MAX_CLASS_CHARS).collect();
        return Ok(Findings { fault: Some(fault), ..Findings::default() });
    }
    let Classified { classes, model, timing } = parse(answer, Part::Answer)?;
    let classes = classes.into_iter().take(MAX_CLASSES).map(|class| (class.class, class.probability)).collect();
    let took_ms = Some(timing.decode_ms.saturating_add(timing.inference_ms));
    let load_ms = timing.first.then_some(timing.load_ms);
    Ok(Findings { classes, model: Some(model), took_ms, first: timing.first, load_ms, fault: None })
}
