//! `messagewall healthcheck`: does this URL answer?

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::body::Body;
use axum::http::{StatusCode, Uri};
use clap::Args;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What to ask.
#[derive(Debug, Args)]
pub struct Arguments {
    /// An `http://` URL.
    #[arg(value_name = "URL")]
    url: String,
}

/// Asks once.
///
/// # Errors
/// When the URL does not answer within three seconds, or with something other than success.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let url: Uri = arguments.url.parse().with_context(|| format!("{} is not a URL", arguments.url))?;
    let status = ask(url).await.with_context(|| format!("{} does not answer", arguments.url))?;
    if !status.is_success() {
        bail!("{} answers {status}", arguments.url);
    }
    Ok(ExitCode::SUCCESS)
}

/// The status a GET is answered with.
pub(crate) async fn ask(url: Uri) -> anyhow::Result<StatusCode> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let response = tokio::time::timeout(PATIENCE, client.get(url)).await.context("no answer in time")??;
    Ok(response.status())
}
