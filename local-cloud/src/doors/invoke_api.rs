//! The Lambda Invoke API, version 2015-03-31, for the AWS CLI and the SDKs.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::{ASYNCHRONOUS_LIMIT, BodyError, SYNCHRONOUS_LIMIT, read};
use crate::lambda::{Lambda, Outcome, invoke_later};

/// The path of the operation `Invoke`.
pub(crate) const INVOKE_PATH: &str = "/2015-03-31/functions/{function}/invocations";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

pub(super) fn router() -> Router<Arc<Lambda>> {
    Router::new().route(INVOKE_PATH, post(invoke))
}

async fn invoke(
    State(lambda): State<Arc<Lambda>>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let mut response = match accept(&lambda, &function, &headers, body).await {
        Ok((Kind::RequestResponse, payload)) => respond(&lambda, &request_id, payload).await,
        Ok((Kind::Event, payload)) => match invoke_later(&lambda, &request_id, payload) {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(_) => Refusal::Throttled.into_response(),
        },
        Ok((Kind::DryRun, _)) => StatusCode::NO_CONTENT.into_response(),
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

/// The reason why an invocation is refused. Names and texts are those of Lambda.
enum Refusal {
    NoSuchFunction(String),
    InvalidKind(String),
    InvalidPayload(String),
    TooLong(usize),
    Throttled,
}

async fn accept(lambda: &Lambda, function: &str, headers: &HeaderMap, body: Body) -> Result<(Kind, Bytes), Refusal> {
    let (name, served) = (name_in(function), &lambda.settings().function);
    if name != served {
        return Err(Refusal::NoSuchFunction(lambda.arn().replace(&format!(":{served}"), &format!(":{name}"))));
    }
    let (kind, limit) = match headers.get("x-amz-invocation-type").map(HeaderValue::as_bytes) {
        None | Some(b"RequestResponse") => (Kind::RequestResponse, SYNCHRONOUS_LIMIT),
        Some(b"Event") => (Kind::Event, ASYNCHRONOUS_LIMIT),
        Some(b"DryRun") => (Kind::DryRun, SYNCHRONOUS_LIMIT),
        Some(other) => return Err(Refusal::InvalidKind(String::from_utf8_lossy(other).into_owned())),
    };
    let payload = read(body, limit).await.map_err(|error| match error {
        BodyError::TooLong => Refusal::TooLong(limit),
        BodyError::Broken => Refusal::InvalidPayload("the body is incomplete".to_owned()),
    })?;
    if payload.is_empty() {
        return Ok((kind, Bytes::from_static(b"{}")));
    }
    check_json(&payload).map_err(Refusal::InvalidPayload)?;
    Ok((kind, payload))
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

/// Returns the name in a name, a partial or a full ARN of a function, each with or without a qualifier.
fn name_in(function: &str) -> &str {
    let from_name = function.rsplit_once("function:").map_or(function, |(_, name)| name);
    from_name.split(':').next().unwrap_or(from_name)
}

async fn respond(lambda: &Arc<Lambda>, request_id: &str, payload: Bytes) -> Response {
    let headers = [("content-type", "application/json"), ("x-amz-executed-version", "$LATEST")];
    match lambda.invoke(request_id, payload).await {
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
            Self::InvalidKind(kind) => (
                StatusCode::BAD_REQUEST,
                "InvalidParameterValueException",
                user(&format!("{kind} is not RequestResponse, Event or DryRun")),
            ),
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
        for called in [
            "MessageWall",
            "MessageWall:$LATEST",
            "function:MessageWall",
            "123456789012:function:MessageWall:7",
            "arn:aws:lambda:eu-central-1:123456789012:function:MessageWall",
            "arn:aws:lambda:eu-central-1:123456789012:function:MessageWall:live",
        ] {
            assert_eq!(name_in(called), "MessageWall", "{called}");
        }
    }
}
