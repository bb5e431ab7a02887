//! The Lambda Invoke API, version 2015-03-31, for the AWS CLI and the SDKs.

mod tail;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use uuid::Uuid;

use self::tail::Tail;
use super::body::{ASYNCHRONOUS_LIMIT, BodyError, SYNCHRONOUS_LIMIT, read};
use crate::lambda::{Call, Cloud, Lambda, Outcome, arn, invoke_later};

/// The path of the operation `Invoke`.
pub(crate) const INVOKE_PATH: &str = "/2015-03-31/functions/{function}/invocations";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

/// The only version of a function.
const LATEST: &str = "$LATEST";

/// The longest client context, in Base64.
const MAX_CLIENT_CONTEXT_BYTES: usize = 3583;

pub(super) fn router() -> Router<Arc<Cloud>> {
    Router::new().route(INVOKE_PATH, post(invoke))
}

/// The query of an invocation.
#[derive(Default, Deserialize)]
struct Query {
    #[serde(rename = "Qualifier")]
    qualifier: Option<String>,
}

async fn invoke(
    State(cloud): State<Arc<Cloud>>,
    Path(function): Path<String>,
    query: Result<axum::extract::Query<Query>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let qualifier = query.ok().and_then(|axum::extract::Query(query)| query.qualifier);
    let accepted = match called(&cloud, &function, qualifier.as_deref()) {
        Ok(lambda) => accept(&headers, body).await.map(|accepted| (lambda, accepted)),
        Err(refusal) => Err(refusal),
    };
    let mut response = match accepted {
        Ok((lambda, Accepted { kind, payload, client_context, wants_log })) => {
            let call = Call { request_id: request_id.clone(), payload, client_context };
            answer(lambda, kind, call, wants_log).await
        }
        Err(refusal) => refusal.into_response(),
    };
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

#[derive(Clone, Copy)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

/// An invocation that Lambda accepts.
struct Accepted {
    kind: Kind,
    payload: Bytes,
    client_context: Option<Box<str>>,
    /// True if the caller wants the end of the invocation's log.
    wants_log: bool,
}

async fn answer(lambda: &Arc<Lambda>, kind: Kind, call: Call, wants_log: bool) -> Response {
    match kind {
        Kind::RequestResponse if wants_log => {
            let (tail, id) = (Tail::begin(lambda.settings().log.as_deref()), call.request_id.clone());
            let mut response = respond(lambda, call).await;
            if response.status() == StatusCode::OK {
                response.headers_mut().extend(HeaderValue::from_str(&tail.end(&id)).ok().map(|log| (LOG_RESULT, log)));
            }
            response
        }
        Kind::RequestResponse => respond(lambda, call).await,
        Kind::Event => match invoke_later(lambda, call) {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(_) => Refusal::Throttled.into_response(),
        },
        Kind::DryRun => StatusCode::NO_CONTENT.into_response(),
    }
}

/// The reason why an invocation is refused. Names and texts are those of Lambda.
enum Refusal {
    NoSuchFunction(String),
    InvalidParameter(String),
    InvalidPayload(String),
    InvalidClientContext(&'static str),
    TooLong(usize),
    Throttled,
}

/// Returns the function that is called. It has no published versions and no aliases.
fn called<'a>(cloud: &'a Cloud, function: &str, qualifier: Option<&str>) -> Result<&'a Arc<Lambda>, Refusal> {
    let (name, in_name) = name_in(function);
    let qualifier = qualifier.or(in_name).filter(|qualifier| *qualifier != LATEST);
    if qualifier.is_none()
        && let Some(lambda) = cloud.function(name)
    {
        return Ok(lambda);
    }
    let arn = arn(name);
    Err(Refusal::NoSuchFunction(qualifier.map_or(arn.clone(), |qualifier| format!("{arn}:{qualifier}"))))
}

async fn accept(headers: &HeaderMap, body: Body) -> Result<Accepted, Refusal> {
    let (kind, limit) = match headers.get("x-amz-invocation-type").map(HeaderValue::as_bytes) {
        None | Some(b"RequestResponse") => (Kind::RequestResponse, SYNCHRONOUS_LIMIT),
        Some(b"Event") => (Kind::Event, ASYNCHRONOUS_LIMIT),
        Some(b"DryRun") => (Kind::DryRun, SYNCHRONOUS_LIMIT),
        Some(other) => {
            return Err(Refusal::InvalidParameter(format!(
                "{} is not RequestResponse, Event or DryRun",
                String::from_utf8_lossy(other)
            )));
        }
    };
    let wants_log = match headers.get("x-amz-log-type").map(HeaderValue::as_bytes) {
        None | Some(b"None") => false,
        Some(b"Tail") => true,
        Some(other) => {
            let message = format!("{} is not None or Tail", String::from_utf8_lossy(other));
            return Err(Refusal::InvalidParameter(message));
        }
    };
    let client_context = headers.get("x-amz-client-context").map(client_context).transpose()?;
    let payload = read(body, limit).await.map_err(|error| match error {
        BodyError::TooLong => Refusal::TooLong(limit),
        BodyError::Broken => Refusal::InvalidPayload("the body is incomplete".to_owned()),
    })?;
    if payload.is_empty() {
        return Ok(Accepted { kind, payload: Bytes::from_static(b"{}"), client_context, wants_log });
    }
    check_json(&payload).map_err(Refusal::InvalidPayload)?;
    Ok(Accepted { kind, payload, client_context, wants_log })
}

/// Returns the client context as JSON.
fn client_context(header: &HeaderValue) -> Result<Box<str>, Refusal> {
    if header.len() > MAX_CLIENT_CONTEXT_BYTES {
        return Err(Refusal::InvalidClientContext("Client context must be at most 3583 bytes of Base64."));
    }
    let json = BASE64_STANDARD.decode(header.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let json = json.and_then(|text| serde_json::from_str::<Value>(&text).ok()).filter(Value::is_object);
    // The JSON is passed on in a header, which has one line.
    json.map(|context| context.to_string().into())
        .ok_or(Refusal::InvalidClientContext("Client context must be a valid Base64-encoded JSON object."))
}

/// Checks that a payload is JSON, as Lambda does. Half an emoji and a hundred levels pass, and are left to the function.
fn check_json(payload: &[u8]) -> Result<(), String> {
    let text =
        std::str::from_utf8(payload).map_err(|error| format!("it is not UTF-8 at byte {}", error.valid_up_to()))?;
    if text.starts_with('\u{feff}') {
        return Err("it begins with a byte order mark (EF BB BF), which is no part of JSON".to_owned());
    }
    serde_json::from_str::<IgnoredAny>(text).map(drop).map_err(|error| error.to_string())
}

/// Returns the name and the qualifier in a name, a partial or a full ARN of a function.
fn name_in(function: &str) -> (&str, Option<&str>) {
    let from_name = function.rsplit_once("function:").map_or(function, |(_, name)| name);
    from_name.split_once(':').map_or((from_name, None), |(name, qualifier)| (name, Some(qualifier)))
}

async fn respond(lambda: &Arc<Lambda>, call: Call) -> Response {
    let headers = [("content-type", "application/json"), ("x-amz-executed-version", LATEST)];
    match lambda.invoke(call).await {
        Ok(Outcome::Answered(answer)) => (headers, answer).into_response(),
        Ok(Outcome::Failed(_, error)) => (headers, [("x-amz-function-error", "Unhandled")], error).into_response(),
        Err(_) => Refusal::Throttled.into_response(),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, kind, body) = match self {
            Self::NoSuchFunction(arn) => (
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                json!({ "Type": "User", "Message": format!("Function not found: {arn}") }),
            ),
            Self::InvalidParameter(message) => {
                (StatusCode::BAD_REQUEST, "InvalidParameterValueException", user(&message))
            }
            Self::InvalidClientContext(message) => {
                (StatusCode::BAD_REQUEST, "InvalidRequestContentException", user(message))
            }
            Self::InvalidPayload(reason) => (
                StatusCode::BAD_REQUEST,
                "InvalidRequestContentException",
                user(&format!("Could not parse request body into json: {reason}")),
            ),
            Self::TooLong(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                user(&format!("Request must be smaller than {limit} bytes for the InvokeFunction operation")),
            ),
            Self::Throttled => (
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                json!({ "Type": "User", "message": "Rate Exceeded.", "Reason": "ConcurrentInvocationLimitExceeded" }),
            ),
        };
        let mut response = (status, [("x-amzn-errortype", kind)], Json(body)).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn user(message: &str) -> Value {
    json!({ "Type": "User", "message": message })
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_function_is_called_by_name_or_arn_with_or_without_a_qualifier() {
        for (called, qualifier) in [
            ("MessageWall", None),
            ("MessageWall:$LATEST", Some("$LATEST")),
            ("function:MessageWall", None),
            ("123456789012:function:MessageWall:7", Some("7")),
            ("arn:aws:lambda:eu-central-1:123456789012:function:MessageWall", None),
            ("arn:aws:lambda:eu-central-1:123456789012:function:MessageWall:live", Some("live")),
        ] {
            assert_eq!(name_in(called), ("MessageWall", qualifier), "{called}");
        }
    }
}
