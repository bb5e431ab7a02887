//! The destination of asynchronous invocations: the function that gets a record of each one that has ended.

use std::sync::Arc;

use axum::body::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::invocation::Call;
use super::service::{Lambda, arn};

/// The longest record, in bytes: that of an asynchronous payload.
const MAX_BYTES: usize = 1_048_576;

/// The version of the function that was invoked. There is no other.
const VERSION: &str = "$LATEST";

/// The end of an asynchronous invocation.
#[derive(Debug)]
pub(super) struct End {
    pub(super) condition: Condition,
    /// The number of attempts that reached an environment.
    pub(super) attempts: usize,
    /// The answer or the error object of the last of them.
    pub(super) payload: Option<Bytes>,
}

/// The reason why there are no more attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
    /// The service ends. Lambda never does, so no destination hears of it.
    ServiceEnds,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    version: &'static str,
    timestamp: String,
    request_context: RequestContext<'a>,
    request_payload: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_context: Option<ResponseContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_payload: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    request_id: &'a str,
    function_arn: String,
    condition: Condition,
    approximate_invoke_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext {
    status_code: u16,
    executed_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_error: Option<&'static str>,
}

/// Sends the record of an invocation that has ended to the function's destination, if it has one.
pub(super) fn send(lambda: &Lambda, call: &Call, end: &End, invoke: impl Fn(&Arc<Lambda>, Call) -> bool) {
    let Some(destination) = lambda.destination().filter(|_| end.condition != Condition::ServiceEnds) else { return };
    let request_id = &call.request_id;
    let fault = match record(&lambda.settings().function, call, end) {
        Err(error) => error.to_string(),
        Ok(record) if record.len() > MAX_BYTES => format!("the record has more than {MAX_BYTES} bytes"),
        Ok(record) => {
            if invoke(&destination, Call::new(&Uuid::new_v4().to_string(), record.into())) {
                return;
            }
            "too many events wait for the destination".to_owned()
        }
    };
    tracing::error!(request_id, fault, "destination_not_invoked");
}

fn record(function: &str, call: &Call, end: &End) -> Result<Vec<u8>, serde_json::Error> {
    let function_error = (end.condition != Condition::Success).then_some("Unhandled");
    let response_context = || ResponseContext { status_code: 200, executed_version: VERSION, function_error };
    serde_json::to_vec(&Record {
        version: "1.0",
        timestamp: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        request_context: RequestContext {
            request_id: &call.request_id,
            function_arn: format!("{}:{VERSION}", arn(function)),
            condition: end.condition,
            approximate_invoke_count: end.attempts,
        },
        request_payload: json(&call.payload)?,
        response_context: end.payload.as_ref().map(|_| response_context()),
        response_payload: end.payload.as_deref().map(json).transpose()?,
    })
}

/// Returns JSON as it is, and anything else as a string.
fn json(bytes: &[u8]) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::from_slice(bytes).or_else(|_| serde_json::value::to_raw_value(&String::from_utf8_lossy(bytes)))
}
