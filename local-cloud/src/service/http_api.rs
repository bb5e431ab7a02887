//! The HTTP API in front of the function, as API Gateway's HTTP API with a Lambda integration is.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::body::{BodyError, HTTP_LIMIT, SYNCHRONOUS_LIMIT, read};
use super::http_answer::{self, Malformed};
use super::http_event::{HttpEvent, Route};
use super::lambda::Lambda;
use super::outcome::{Failure, Outcome};
use super::request_id::new_id;

const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

pub(super) async fn wall(
    State(lambda): State<Arc<Lambda>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let key = format!("ANY /{}", lambda.settings().function);
    serve(&lambda, &key, None, peer, request).await
}

pub(super) async fn named_wall(
    State(lambda): State<Arc<Lambda>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let key = format!("ANY /{}/{{name}}", lambda.settings().function);
    serve(&lambda, &key, Some(name), peer, request).await
}

pub(super) async fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Not Found")
}

async fn serve(lambda: &Arc<Lambda>, key: &str, name: Option<String>, peer: SocketAddr, request: Request) -> Response {
    // The function knows a retry by this id, so that no two requests may share one.
    let request_id = new_id();
    let (parts, body) = request.into_parts();
    let mut response = match read(body, HTTP_LIMIT).await {
        Err(BodyError::TooLong) => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long"),
        Err(BodyError::Broken) => message(StatusCode::BAD_REQUEST, "Bad Request"),
        Ok(body) => {
            let route = Route { key, name, request_id: &request_id, peer };
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
    // Lambda's own request id is another one than API Gateway's.
    match lambda.invoke(&new_id(), payload.into()).await {
        Ok(Outcome::Answered(answer)) => http_answer::response(answer).unwrap_or_else(|Malformed(reason)| {
            tracing::warn!(reason, "the function's answer is not an HTTP response");
            internal_error()
        }),
        Ok(Outcome::Failed(Failure::TimedOut, _)) | Err(_) => {
            message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
        Ok(Outcome::Failed(..)) => internal_error(),
    }
}

fn internal_error() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

fn message(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
