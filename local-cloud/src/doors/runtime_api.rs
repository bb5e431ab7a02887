//! The Lambda Runtime API, version 2018-06-01, for execution environments.
//!
//! An environment that attaches itself is known by its connection. An announced one, whose process this program started,
//! uses the same API under `/environments/<id>`, so that the service can have the process killed. Either belongs to the writer,
//! or, if `/functions/<name>` is before all that, to that function.

mod connection;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use wall_api::FunctionError;

use self::connection::{Connection, WatchedListener};
use super::body::{BodyError, SYNCHRONOUS_LIMIT, read};
use super::browsers;
use crate::lambda::{Call, Cloud, Failure, Invocation, Lambda, Outcome};

const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("lambda-runtime-client-context");

/// Serves the Runtime API to execution environments until it is dropped: an environment that waits for work never ends.
///
/// # Errors
/// Returns the error of the listener.
pub async fn serve(listener: TcpListener, cloud: Arc<Cloud>) -> io::Result<()> {
    let router = router(Arc::clone(&cloud));
    let listener = WatchedListener::new(listener, cloud);
    axum::serve(listener, router.into_make_service_with_connect_info::<Connection>()).await
}

fn router(cloud: Arc<Cloud>) -> Router {
    let of_function = || operations().nest("/environments/{environment}", operations());
    of_function().nest("/functions/{function}", of_function()).layer(from_fn(browsers::refuse)).with_state(cloud)
}

fn operations() -> Router<Arc<Cloud>> {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(initialization_error))
}

/// The parameters of a path.
struct Address {
    lambda: Arc<Lambda>,
    /// The id of an announced environment.
    environment: Option<String>,
    /// The id of a request. Empty if the path has none.
    request: String,
}

impl FromRequestParts<Arc<Cloud>> for Address {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, cloud: &Arc<Cloud>) -> Result<Self, Response> {
        let path = Path::<BTreeMap<String, String>>::from_request_parts(parts, cloud).await;
        let Path(mut path) = path.map_err(IntoResponse::into_response)?;
        let lambda = match path.get("function") {
            None => cloud.writer(),
            Some(name) => cloud.function(name).ok_or_else(|| no_function(name))?,
        };
        let (environment, request) = (path.remove("environment"), path.remove("request"));
        Ok(Self { lambda: Arc::clone(lambda), environment, request: request.unwrap_or_default() })
    }
}

async fn next(address: Address, ConnectInfo(connection): ConnectInfo<Connection>) -> Response {
    let Address { lambda, environment, .. } = address;
    match lambda.next(environment, connection.id(), connection.peer().to_string()).await {
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

async fn response(address: Address, headers: HeaderMap, body: Body) -> Response {
    let Address { lambda, request, .. } = address;
    match read(body, SYNCHRONOUS_LIMIT).await {
        Ok(body) => accept(&lambda, &request, &headers, Outcome::Answered(body)),
        Err(BodyError::Broken) => broken(),
        Err(BodyError::TooLong) => {
            let message =
                format!("Response payload size exceeded maximum allowed payload size ({SYNCHRONOUS_LIMIT} bytes).");
            let outcome = Outcome::failed(Failure::AnswerTooLong, "Function.ResponseSizeTooLarge", message.clone());
            match lambda.answer(&request, invocation_id(&headers), outcome) {
                Ok(()) => refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message),
                Err(_) => unknown(&request),
            }
        }
    }
}

async fn error(address: Address, headers: HeaderMap, body: Body) -> Response {
    match read(body, SYNCHRONOUS_LIMIT).await {
        Ok(body) => accept(&address.lambda, &address.request, &headers, reported(&headers, body)),
        Err(_) => broken(),
    }
}

async fn initialization_error(address: Address, headers: HeaderMap, body: Body) -> Response {
    let Ok(body) = read(body, SYNCHRONOUS_LIMIT).await else { return broken() };
    tracing::warn!(error = %String::from_utf8_lossy(&body), "environment_init_failed");
    if let Outcome::Failed(_, payload) = reported(&headers, body) {
        address.lambda.initialization_failed(payload);
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

fn no_function(name: &str) -> Response {
    refusal(StatusCode::NOT_FOUND, "ResourceNotFound", &format!("there is no function {name}"))
}

fn broken() -> Response {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestBody", "the body is incomplete")
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    let error = FunctionError { error_type: error_type.to_owned(), error_message: message.to_owned() };
    (status, Json(error)).into_response()
}
