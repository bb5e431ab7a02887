//! One request to a program around this reader.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

/// The longest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The client for all of them. It keeps connections open between requests, and follows no redirect.
pub(super) type Client = hyper_util::client::legacy::Client<HttpConnector, Body>;

pub(super) fn client() -> Client {
    let mut client = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
    client.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(20)).build_http()
}

/// Asks, and returns the answer.
///
/// # Errors
/// Returns the reason why there is none, for people.
pub(super) async fn ask<T: DeserializeOwned>(client: &Client, uri: Uri, deadline: Instant) -> Result<T, String> {
    match timeout_at(deadline, get(client, uri)).await {
        Ok(answer) => serde_json::from_slice(&answer?).map_err(|error| format!("its answer: {error}")),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

async fn get(client: &Client, uri: Uri) -> Result<Vec<u8>, String> {
    let response = client.get(uri).await.map_err(|error| root(&error))?;
    let status = response.status();
    let body = to_bytes(Body::new(response.into_body()), MAX_ANSWER_BYTES).await;
    let body = body.map_err(|_| format!("its answer is cut, or longer than {} KiB", MAX_ANSWER_BYTES / 1024))?;
    if status.is_success() { Ok(body.into()) } else { Err(format!("it answered {status}")) }
}

/// Returns the cause of an error of the client, which says only that the request failed.
fn root(error: &hyper_util::client::legacy::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
