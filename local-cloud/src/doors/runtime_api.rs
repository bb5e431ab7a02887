//! The Lambda Runtime API, version 2018-06-01, for execution environments.
//!
//! An environment that attaches itself is known by its connection. An announced one, whose process this program started,
//! uses the same API under `/environments/<id>`, so that the service can have the process killed.

mod connection;

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use wall_api::FunctionError;

use self::connection::{Connection, WatchedListener};
use super::body::{BodyError, SYNCHRONOUS_LIMIT, read};
use crate::lambda::{Call, Failure, Invocation, Lambda, Outcome};

const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("lambda-runtime-client-context");

/// Serves the Runtime API to execution environments until it is dropped: an environment that waits for work never ends.
///
/// # Errors
/// Returns the error of the listener.
pub async fn serve(listener: TcpListener, lambda: Arc<Lambda>) -> io::Result<()> {
    let router = router(Arc::clone(&lambda));
    let listener = WatchedListener::new(listener, lambda);
    axum::serve(listener, router.into_make_service_with_connect_info::<Connection>()).await
}

fn router(lambda: Arc<Lambda>) -> Router {
    let announced = Router::new().route("/2018-06-01/runtime/invocation/next", get(next_of_announced));
    let attached = Router::new().route("/2018-06-01/runtime/invocation/next", get(next));
    Router::new()
        .nest("/environments/{environment}", announced.merge(answers()))
        .merge(attached.merge(answers()))
        .with_state(lambda)
}

fn answers() -> Router<Arc<Lambda>> {
    Router::new()
        .route("/2018-06-01/runtime/invocation/{request}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(initialization_error))
}

async fn next(State(lambda): State<Arc<Lambda>>, ConnectInfo(connection): ConnectInfo<Connection>) -> Response {
    deliver(&lambda, None, &connection).await
}

async fn next_of_announced(
    State(lambda): State<Arc<Lambda>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(environment): Path<String>,
) -> Response {
    deliver(&lambda, Some(environment), &connection).await
}

async fn deliver(lambda: &Arc<Lambda>, announced: Option<String>, connection: &Connection) -> Response {
    match lambda.next(announced, connection.id(), connection.peer().to_string()).await {
        Ok(invocation) => event(invocation, &lambda.arn()),
        Err(_) => refusal(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "an invocation is in flight in this environment, or the environment is being killed",
        ),
    }
}

fn event(invocation: Invocation, arn: &str) -> Response {
    let seconds = invocation.deadline_ms / 1000;
    let Call { request_id, payload, client_context } = invocation.call;
    let root: String = request_id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", request_id),
        (INVOCATION_ID, invocation.invocation_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", arn.to_owned()),
        ("lambda-runtime-trace-id", format!("Root=1-{seconds:08x}-{root};Sampled=0")),
    ];
    let mut response = (headers, payload).into_response();
    let context = client_context.and_then(|context| HeaderValue::from_str(&context).ok());
    response.headers_mut().extend(context.map(|context| (CLIENT_CONTEXT, context)));
    response
}

async fn response(
    State(lambda): State<Arc<Lambda>>,
    Path(path): Path<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = request_id(&path);
    match read(body, SYNCHRONOUS_LIMIT).await {
        Ok(body) => accept(&lambda, request, &headers, Outcome::Answered(body)),
        Err(BodyError::Broken) => broken(),
        Err(BodyError::TooLong) => {
            let message =
                format!("Response payload size exceeded maximum allowed payload size ({SYNCHRONOUS_LIMIT} bytes).");
            let outcome = Outcome::failed(Failure::AnswerTooLong, "Function.ResponseSizeTooLarge", message.clone());
            match lambda.answer(request, invocation_id(&headers), outcome) {
                Ok(()) => refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message),
                Err(_) => unknown(request),
            }
        }
    }
}

async fn error(
    State(lambda): State<Arc<Lambda>>,
    Path(path): Path<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read(body, SYNCHRONOUS_LIMIT).await {
        Ok(body) => accept(&lambda, request_id(&path), &headers, reported(&headers, body)),
        Err(_) => broken(),
    }
}

async fn initialization_error(State(lambda): State<Arc<Lambda>>, headers: HeaderMap, body: Body) -> Response {
    let Ok(body) = read(body, SYNCHRONOUS_LIMIT).await else { return broken() };
    tracing::warn!(error = %String::from_utf8_lossy(&body), "environment_init_failed");
    if let Outcome::Failed(_, payload) = reported(&headers, body) {
        lambda.initialization_failed(payload);
    }
    accepted()
}

/// Returns the error object of the function. If the function sent none, it is made of the type of the error.
fn reported(headers: &HeaderMap, body: Bytes) -> Outcome {
    if serde_json::from_slice::<serde_json::Value>(&body).is_ok_and(|body| body.is_object()) {
        return Outcome::Failed(Failure::Reported, body);
    }
    let kind = headers.get("lambda-runtime-function-error-type").and_then(|kind| kind.to_str().ok());
    Outcome::failed(Failure::Reported, kind.unwrap_or("Runtime.Unknown"), String::from_utf8_lossy(&body))
}

fn accept(lambda: &Lambda, request: &str, headers: &HeaderMap, outcome: Outcome) -> Response {
    match lambda.answer(request, invocation_id(headers), outcome) {
        Ok(()) => accepted(),
        Err(_) => unknown(request),
    }
}

/// Returns the last parameter of the path. The one before it, if any, is the environment.
fn request_id(path: &[(String, String)]) -> &str {
    path.last().map_or("", |(_, id)| id.as_str())
}

fn invocation_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(INVOCATION_ID).and_then(|id| id.to_str().ok())
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response()
}

fn unknown(request: &str) -> Response {
    let message = format!("no invocation {request} is in flight");
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", &message)
}

fn broken() -> Response {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestBody", "the body is incomplete")
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    let error = FunctionError { error_type: error_type.to_owned(), error_message: message.to_owned() };
    (status, Json(error)).into_response()
}
