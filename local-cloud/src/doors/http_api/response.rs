//! The HTTP response that API Gateway makes of the answer of the function.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

/// The value of a header.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(serde_json::Number),
    Truth(bool),
}

/// An answer with a status code.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Option<BTreeMap<String, Scalar>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<Scalar>>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// The reason why API Gateway cannot convert an answer.
#[derive(Debug)]
pub(super) struct Malformed(pub(super) String);

/// Converts an answer. An answer without a status code becomes the body of a response with status 200; a string without its
/// quotes.
pub(super) fn response(answer: Bytes) -> Result<Response, Malformed> {
    let value: Value = serde_json::from_slice(&answer).map_err(|error| Malformed(error.to_string()))?;
    let has_status = value.as_object().is_some_and(|object| object.contains_key("statusCode"));
    match value {
        value if has_status => stated(serde_json::from_value(value).map_err(|error| Malformed(error.to_string()))?),
        Value::String(text) => Ok(inferred(text.into())),
        _ => Ok(inferred(answer.into())),
    }
}

/// Returns a response with the status and type that API Gateway infers.
fn inferred(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Returns the response that the answer states.
fn stated(answer: Answer) -> Result<Response, Malformed> {
    let status = StatusCode::from_u16(answer.status_code).map_err(|error| Malformed(error.to_string()))?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded.unwrap_or_default() {
        Body::from(BASE64_STANDARD.decode(body).map_err(|error| Malformed(format!("body: {error}")))?)
    } else {
        Body::from(body)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let single = answer.headers.unwrap_or_default().into_iter().map(|(name, value)| (name, vec![value]));
    for (name, values) in single.chain(answer.multi_value_headers.unwrap_or_default()) {
        let name: HeaderName = name.parse().map_err(|_| Malformed(format!("header {name:?}")))?;
        // The server frames the body itself.
        if name == header::CONTENT_LENGTH || name == header::TRANSFER_ENCODING || name == header::CONNECTION {
            continue;
        }
        for value in values {
            response.headers_mut().append(&name, header_value(&value.into_text())?);
        }
    }
    for cookie in answer.cookies.unwrap_or_default() {
        response.headers_mut().append(header::SET_COOKIE, header_value(&cookie)?);
    }
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}

fn header_value(value: &str) -> Result<HeaderValue, Malformed> {
    HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Malformed(format!("header value {value:?}")))
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}
