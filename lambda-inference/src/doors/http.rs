//! The HTTP API, by payload 2.0 of API Gateway or a function URL.

use std::time::Instant;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use aws_lambda_events::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wall_api::Timing;

use super::{direct, top};
use crate::classifier::{Classification, Classifier, Source};
use crate::error::{Failure, Problem};

/// The header that tells the first picture of an environment apart.
const FIRST: HeaderName = HeaderName::from_static("x-messagewall-first");

/// The header of the name of the model.
const MODEL: HeaderName = HeaderName::from_static("x-messagewall-model");

/// The times of a request, which browsers show.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Returns true if the event is an HTTP request.
pub(super) fn recognises(event: &Value) -> bool {
    event["requestContext"]["http"]["method"].is_string()
}

/// Handles a request: `GET ?url=` or `POST` with a picture, each with `top` for more than one class.
pub(super) async fn handle(classifier: &Classifier, event: Value, ends: Instant) -> Value {
    let response = match respond(classifier, event, ends).await {
        Ok(response) => response,
        Err(failure) => {
            tracing::info!(error = failure.problem().name(), detail = %failure, "request_failed");
            failed(&failure)
        }
    };
    json!(response)
}

async fn respond(classifier: &Classifier, event: Value, ends: Instant) -> Result<ApiGatewayV2httpResponse, Failure> {
    let request: ApiGatewayV2httpRequest = serde_path_to_error::deserialize(event)
        .map_err(|error| Failure::new(Problem::EventUnknown, format!("the event: {error}")))?;
    let query = |name: &str| request.query_string_parameters.first(name).map(str::to_owned);
    let count = query("top").map(|top| top::parse(&top)).transpose()?;
    let source = match (&request.request_context.http.method, query("url")) {
        (&Method::GET, Some(url)) => Source::Url(url),
        (&Method::GET, None) => {
            return Err(Failure::in_field(Problem::UrlInvalid, "url", "is missing: GET ?url=https://..."));
        }
        (&Method::POST, _) => Source::Bytes(body(&request)?),
        (method, _) => {
            return Err(Failure::new(Problem::MethodUnsupported, format!("the method {method} is not supported")));
        }
    };
    let classification = classifier.classify(source, count.unwrap_or(1), ends).await?;
    Ok(classified(classification, count.is_some()))
}

/// Returns the body as bytes. API Gateway sends what is no text in Base64.
fn body(request: &ApiGatewayV2httpRequest) -> Result<Vec<u8>, Failure> {
    let body = request.body.as_deref().unwrap_or_default();
    if body.is_empty() {
        return Err(Failure::in_field(
            Problem::PictureMissing,
            "body",
            "is empty: POST a picture, or GET ?url=https://...",
        ));
    }
    if !request.is_base64_encoded {
        return Ok(body.as_bytes().to_vec());
    }
    let invalid = |_| Failure::in_field(Problem::PictureMissing, "body", "is not Base64");
    STANDARD.decode(body).map_err(invalid)
}

fn classified(classification: Classification, details: bool) -> ApiGatewayV2httpResponse {
    let Timing { load_ms, decode_ms, inference_ms, first } = classification.timing;
    let timing = format!("load;dur={load_ms}, decode;dur={decode_ms}, inference;dur={inference_ms}");
    let model = HeaderValue::from_str(&classification.model);
    let mut response = json_response(200, &direct::answer(classification, details));
    response.headers.extend(HeaderValue::from_str(&timing).ok().map(|timing| (SERVER_TIMING, timing)));
    response.headers.extend(model.ok().map(|model| (MODEL, model)));
    response.headers.insert(FIRST, HeaderValue::from_static(if first { "true" } else { "false" }));
    response
}

fn failed(failure: &Failure) -> ApiGatewayV2httpResponse {
    let mut response = json_response(failure.problem().status(), &json!(failure.body()));
    if failure.is_transient() {
        response.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn json_response(status: u16, body: &Value) -> ApiGatewayV2httpResponse {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status);
    response.headers = headers;
    response.body = Some(Body::Text(body.to_string()));
    response
}
