//! A service on free ports, with `fixtures/obedient_function.rs` as its function.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local_cloud::doors::{serve_api, serve_runtime_api};
use local_cloud::lambda::{Cloud, Lambda, Settings};
use local_cloud::up::{FunctionProgram, Log};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) struct Service {
    pub(crate) cloud: Arc<Cloud>,
    /// The writer.
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) api: String,
    pub(crate) runtime_api: String,
    client: Client<HttpConnector, Body>,
    /// Ends the processes when it is dropped.
    _environments: Vec<JoinSet<()>>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Starts a service with this number of environments, and waits until they are attached.
pub(crate) async fn start(environments: usize) -> Service {
    start_with(environments, Settings::default()).await
}

pub(crate) async fn start_with(environments: usize, settings: Settings) -> Service {
    start_cloud([environments, 0], Cloud::new(settings, Vec::new())).await
}

/// Starts the functions of a cloud: the writer and, if there is one, the inference. Each has its number of environments.
pub(crate) async fn start_cloud(environments: [usize; 2], cloud: Arc<Cloud>) -> Service {
    let (api, runtime_api) = (listener().await, listener().await);
    let (api_url, runtime_api_url) = (url(&api), url(&runtime_api));
    let lambda = Arc::clone(cloud.writer());
    tokio::spawn(serve_api(api, Arc::clone(&cloud), std::future::pending()));
    tokio::spawn(serve_runtime_api(runtime_api, Arc::clone(&cloud)));
    let mut processes = Vec::new();
    for (lambda, count) in cloud.functions().zip(environments) {
        let path = if Arc::ptr_eq(lambda, cloud.writer()) { "" } else { "/functions/MessageWallInference" };
        let program = FunctionProgram {
            program: function(),
            arguments: Vec::new(),
            variables: Vec::new(),
            memory_mb: 128,
            runtime_api: format!("{runtime_api_url}{path}"),
            log: Log::Terminal,
        };
        processes.push(program.keep(count, lambda, &CancellationToken::new()));
        lambda.until_attached(count).await;
    }
    let (api, runtime_api) = (api_url, runtime_api_url);
    Service { cloud, lambda, api, runtime_api, client: client(), _environments: processes }
}

/// Returns a client with separate connections.
pub(crate) fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build_http()
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn url(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

/// Returns the program of the function. Cargo builds examples beside the tests.
fn function() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples/obedient-function")
}

impl Service {
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        read(self.client.request(request).await.unwrap()).await
    }

    /// Invokes the function and waits for its answer.
    pub(crate) async fn invoke(&self, event: Value) -> Answer {
        self.send(self.invocation("MessageWall", "RequestResponse", event.to_string())).await
    }

    pub(crate) fn invocation(&self, function: &str, kind: &str, payload: impl Into<Body>) -> Request<Body> {
        Request::post(format!("{}/2015-03-31/functions/{function}/invocations", self.api))
            .header("x-amz-invocation-type", kind)
            .body(payload.into())
            .unwrap()
    }

    /// Calls the function over the HTTP API, with `order` as the body.
    pub(crate) async fn call(&self, order: Value) -> Answer {
        let request = Request::post(format!("{}/default/MessageWall", self.api))
            .header("content-type", "application/json")
            .body(order.to_string().into());
        self.send(request.unwrap()).await
    }

    pub(crate) async fn status(&self) -> Value {
        self.send(Request::get(format!("{}/status", self.api)).body(Body::empty()).unwrap()).await.json()
    }

    /// Waits until `wanted` returns true for the status.
    pub(crate) async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        eventually(async || {
            let status = self.status().await;
            wanted(&status).then_some(status)
        })
        .await
    }
}

pub(crate) async fn read<B>(response: axum::http::Response<B>) -> Answer
where
    B: axum::body::HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let (parts, body) = response.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Returns the type of the function's error.
    pub(crate) fn error_type(&self) -> Value {
        assert_eq!(self.header("x-amz-function-error"), Some("Unhandled"), "{}", self.text());
        self.json()["errorType"].clone()
    }
}

/// Calls `ask` until it returns an answer.
pub(crate) async fn eventually<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    support::eventually("an answer", async || ask().await.context("no answer yet")).await.unwrap()
}

/// Waits for `future`, at most 30 s.
///
/// # Panics
/// Panics after 30 s. A test that waited for ever would report nothing.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("waited for half a minute")
}

/// Returns an event that orders `what` from the function.
pub(crate) fn order(what: &str) -> Value {
    json!({ "do": what })
}
