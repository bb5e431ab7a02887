//! The operation `PutEvents` of EventBridge, for the AWS CLI and the SDKs, with the rules that lead to the function.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared_volume::json::distinct;
use uuid::Uuid;

use super::body::{BodyError, read};
use crate::lambda::{Call, Cloud, Lambda, invoke_later};

/// The path of all operations of EventBridge.
const PATH: &str = "/";

/// The header `X-Amz-Target` of the operation.
const TARGET: &str = "AWSEvents.PutEvents";

/// The buses that exist.
pub(crate) const BUSES: [&str; 2] = ["default", "MessageWall"];

/// The source of the events that the rules send to the function.
pub(crate) const SOURCE: &str = "messagewall";

/// The detail types of the events that the rules send to the function.
pub(crate) const DETAIL_TYPES: [&str; 5] = [
    "Config Change Requested",
    "Config Rollback Requested",
    "Message Posted",
    "File Publication Requested",
    "File Rollback Requested",
];

/// The largest number of entries of a request.
const MAX_ENTRIES: usize = 10;

/// The largest size of the entries of a request, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

pub(super) fn router() -> Router<Arc<Cloud>> {
    Router::new().route(PATH, any(put_events))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    time: Option<Value>,
    source: Option<String>,
    resources: Option<Vec<String>>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

/// The source, the detail type and the detail of an event.
type Parts = (String, String, Map<String, Value>);

/// The code and the message of a wrong entry.
type Fault = (&'static str, String);

/// The result of an entry.
#[derive(Serialize)]
#[serde(untagged)]
enum PutResult {
    #[serde(rename_all = "PascalCase")]
    Put { event_id: String },
    #[serde(rename_all = "PascalCase")]
    Failed { error_code: &'static str, error_message: String },
}

async fn put_events(State(cloud): State<Arc<Cloud>>, method: Method, headers: HeaderMap, body: Body) -> Response {
    let target = headers.get("x-amz-target").map(|target| String::from_utf8_lossy(target.as_bytes()).into_owned());
    let response = match target.as_deref().filter(|_| method == Method::POST) {
        None => return (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" }))).into_response(),
        Some(TARGET) => match entries(body).await {
            Ok(entries) => put(cloud.writer(), entries),
            Err(response) => response,
        },
        Some(other) => {
            refusal("UnknownOperationException", &format!("{other} is not {TARGET}, the only operation here"))
        }
    };
    let id = ("x-amzn-requestid", Uuid::new_v4().to_string());
    ([id], [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], response).into_response()
}

async fn entries(body: Body) -> Result<Vec<Entry>, Response> {
    let body = read(body, 2 * MAX_BYTES).await.map_err(|error| match error {
        BodyError::TooLong => refusal("RequestEntityTooLargeException", "the request is too long"),
        BodyError::Broken => refusal("SerializationException", "the body is incomplete"),
    })?;
    let request: Request =
        serde_json::from_slice(&body).map_err(|error| refusal("SerializationException", &error.to_string()))?;
    if !(1..=MAX_ENTRIES).contains(&request.entries.len()) {
        let message = "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have";
        return Err(refusal("ValidationException", &format!("{message} length from 1 to {MAX_ENTRIES}")));
    }
    if request.entries.iter().map(Entry::bytes).sum::<usize>() > MAX_BYTES {
        return Err(refusal("ValidationException", "Total size of the entries in the request is over the limit."));
    }
    Ok(request.entries)
}

fn put(lambda: &Arc<Lambda>, entries: Vec<Entry>) -> Response {
    let results: Vec<PutResult> = entries.into_iter().map(|entry| entry.put(lambda)).collect();
    let failed = results.iter().filter(|result| matches!(result, PutResult::Failed { .. })).count();
    Json(json!({ "FailedEntryCount": failed, "Entries": results })).into_response()
}

impl Entry {
    /// Returns the size of the entry, as EventBridge counts it.
    fn bytes(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail].into_iter().flatten().map(String::len);
        let resources = self.resources.iter().flatten().map(String::len);
        texts.chain(resources).sum::<usize>() + if self.time.is_some() { 14 } else { 0 }
    }

    fn put(self, lambda: &Arc<Lambda>) -> PutResult {
        let (source, detail_type, detail) = match self.check() {
            Ok(parts) => parts,
            Err((error_code, error_message)) => return PutResult::Failed { error_code, error_message },
        };
        let event_id = Uuid::new_v4().to_string();
        let event = json!({
            "version": "0", "id": event_id, "detail-type": detail_type, "source": source, "account": "123456789012",
            "time": self.time(), "region": "us-east-1", "resources": self.resources.unwrap_or_default(),
            "detail": detail,
        });
        if source != SOURCE || !DETAIL_TYPES.contains(&detail_type.as_str()) {
            tracing::info!(event_id, source, detail_type, "event_matched_no_rule");
        } else if invoke_later(lambda, Call::new(&Uuid::new_v4().to_string(), event.to_string().into())).is_err() {
            let error_message = "too many events wait for the function".to_owned();
            return PutResult::Failed { error_code: "ThrottlingException", error_message };
        }
        PutResult::Put { event_id }
    }

    /// Checks the entry as EventBridge does.
    fn check(&self) -> Result<Parts, Fault> {
        let required = |value: &Option<String>, name: &str| {
            let missing = || format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            value.clone().filter(|value| !value.is_empty()).ok_or_else(|| ("InvalidArgument", missing()))
        };
        let source = required(&self.source, "Source")?;
        let detail_type = required(&self.detail_type, "DetailType")?;
        let detail = required(&self.detail, "Detail")?;
        if source.starts_with("aws.") {
            return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".to_owned()));
        }
        let Ok(Value::Object(detail)) = distinct(&detail) else {
            return Err(("MalformedDetail", "Detail is malformed.".to_owned()));
        };
        let bus = self.event_bus_name.as_deref().unwrap_or("default");
        if !BUSES.contains(&bus.rsplit('/').next().unwrap_or(bus)) {
            return Err((
                "InvalidArgument",
                format!("EventBus {bus} does not exist; there are {}", BUSES.join(" and ")),
            ));
        }
        Ok((source, detail_type, detail))
    }

    /// Returns the time of the event. Clients send it in seconds.
    fn time(&self) -> String {
        let given = self.time.as_ref().and_then(Value::as_f64);
        let given = given.and_then(|seconds| jiff::Timestamp::from_millisecond((seconds * 1000.0) as i64).ok());
        given.unwrap_or_else(jiff::Timestamp::now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

fn refusal(kind: &'static str, message: &str) -> Response {
    let body = json!({ "__type": kind, "message": message });
    (StatusCode::BAD_REQUEST, [("x-amzn-errortype", kind)], Json(body)).into_response()
}
