//! The HTTP API in front of the functions, as API Gateway's HTTP API with a Lambda integration.

pub(crate) mod event;
mod response;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, MatchedPath, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::json;
use uuid::Uuid;

use self::event::{HttpEvent, Route};
use self::response::{Malformed, response};
use super::body::{BodyError, HTTP_LIMIT, SYNCHRONOUS_LIMIT, read};
use crate::defaults::INFERENCE_FUNCTION;
use crate::lambda::{Call, Cloud, Failure, Lambda, Outcome};

/// The path of the default wall, after the stage.
pub(crate) const WALL_PATH: &str = "/default/MessageWall";

/// The path of a named wall, after the stage.
pub(crate) const NAMED_WALL_PATH: &str = "/default/MessageWall/{name}";

/// The path of the function that classifies pictures, after the stage.
pub(crate) const INFERENCE_PATH: &str = "/default/inference";

/// The same path in an API with the stage `$default`, which is no part of paths.
pub(crate) const INFERENCE_PATH_WITHOUT_STAGE: &str = "/inference";

const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// Routes every method of the walls to the writer, and GET and POST of the inference to its function.
pub(super) fn router() -> Router<Arc<Cloud>> {
    let walls = Router::new().route(WALL_PATH, any(write)).route(NAMED_WALL_PATH, any(write));
    walls.route(INFERENCE_PATH, any(infer)).route(INFERENCE_PATH_WITHOUT_STAGE, any(infer)).fallback(not_found)
}

async fn write(State(cloud): State<Arc<Cloud>>, request: RoutedRequest) -> Response {
    call(cloud.writer(), "ANY", request).await
}

async fn infer(State(cloud): State<Arc<Cloud>>, request: RoutedRequest) -> Response {
    let method = request.request.method().clone();
    match cloud.function(INFERENCE_FUNCTION) {
        Some(lambda) if [Method::GET, Method::POST].contains(&method) => call(lambda, method.as_str(), request).await,
        _ => not_found().await,
    }
}

/// A request with its route.
struct RoutedRequest {
    peer: SocketAddr,
    path: MatchedPath,
    parameters: BTreeMap<String, String>,
    request: Request,
}

impl<S: Send + Sync> FromRequest<S> for RoutedRequest {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        type Extracted = (ConnectInfo<SocketAddr>, MatchedPath, Path<BTreeMap<String, String>>);
        let (ConnectInfo(peer), path, Path(parameters)) = Extracted::from_request_parts(&mut parts, state).await?;
        Ok(Self { peer, path, parameters, request: Request::from_parts(parts, body) })
    }
}

/// Calls the function by a route, whose key has this method.
async fn call(lambda: &Arc<Lambda>, method: &str, routed: RoutedRequest) -> Response {
    let RoutedRequest { peer, path, parameters, request } = routed;
    // The function recognises a retry by this id, so no two requests may share one.
    let request_id = Uuid::new_v4().to_string();
    let (parts, body) = request.into_parts();
    let mut response = match read(body, HTTP_LIMIT).await {
        Err(BodyError::TooLong) => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long"),
        Err(BodyError::Broken) => message(StatusCode::BAD_REQUEST, "Bad Request"),
        Ok(body) => {
            let route = Route { method, path: path.as_str(), parameters, request_id: &request_id, peer };
            forward(lambda, &HttpEvent::new(&parts, &body, route)).await
        }
    };
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn forward(lambda: &Arc<Lambda>, event: &HttpEvent<'_>) -> Response {
    let Ok(payload) = serde_json::to_vec(event) else { return internal_error() };
    if payload.len() > SYNCHRONOUS_LIMIT {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
    }
    // The request id of Lambda differs from that of API Gateway.
    match lambda.invoke(Call::new(&Uuid::new_v4().to_string(), payload.into())).await {
        Ok(Outcome::Answered(answer)) => response(answer).unwrap_or_else(|Malformed(reason)| {
            tracing::warn!(reason, "answer_malformed");
            internal_error()
        }),
        Ok(Outcome::Failed(Failure::TimedOut, _)) | Err(_) => {
            message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
        Ok(Outcome::Failed(..)) => internal_error(),
    }
}

async fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Not Found")
}

fn internal_error() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

fn message(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
