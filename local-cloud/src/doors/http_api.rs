//! The HTTP API in front of the function, as API Gateway's HTTP API with a Lambda integration.

pub(crate) mod event;
mod response;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::json;
use uuid::Uuid;

use self::event::{HttpEvent, Route};
use self::response::{Malformed, response};
use super::body::{BodyError, HTTP_LIMIT, SYNCHRONOUS_LIMIT, read};
use crate::lambda::{Failure, Lambda, Outcome};

/// The path of the default wall, after the stage.
pub(crate) const WALL_PATH: &str = "/default/MessageWall";

/// The path of a named wall, after the stage.
pub(crate) const NAMED_WALL_PATH: &str = "/default/MessageWall/{name}";

const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// Routes every method of the walls to the function.
pub(super) fn router() -> Router<Arc<Lambda>> {
    Router::new().route(WALL_PATH, any(call)).route(NAMED_WALL_PATH, any(call)).fallback(not_found)
}

async fn call(
    State(lambda): State<Arc<Lambda>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    path: MatchedPath,
    Path(parameters): Path<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    // The function recognises a retry by this id, so no two requests may share one.
    let request_id = Uuid::new_v4().to_string();
    let (parts, body) = request.into_parts();
    let mut response = match read(body, HTTP_LIMIT).await {
        Err(BodyError::TooLong) => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long"),
        Err(BodyError::Broken) => message(StatusCode::BAD_REQUEST, "Bad Request"),
        Ok(body) => {
            let route = Route { path: path.as_str(), parameters, request_id: &request_id, peer };
            forward(&lambda, &HttpEvent::new(&parts, &body, route)).await
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
    match lambda.invoke(&Uuid::new_v4().to_string(), payload.into()).await {
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
