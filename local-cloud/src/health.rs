//! The client of health checks. It uses no proxy.

use std::time::Duration;

use anyhow::Context;
use axum::body::Body;
use axum::http::{StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// The longest time to wait for a response.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Sends a GET request, and returns the status of the response.
pub(crate) async fn get(url: Uri) -> anyhow::Result<StatusCode> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let response = tokio::time::timeout(TIMEOUT, client.get(url)).await.context("no answer in time")??;
    Ok(response.status())
}
