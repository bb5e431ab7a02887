//! `messagewall healthcheck`: checks the health of a program.

use std::process::ExitCode;

use anyhow::{Context, bail};
use axum::http::Uri;
use clap::Args;

use crate::address::parse_url;
use crate::health;

/// The arguments of `messagewall healthcheck`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The http:// URL to send a GET request to.
    #[arg(value_name = "URL", value_parser = parse_url)]
    url: Uri,
}

/// Sends one GET request.
///
/// # Errors
/// Returns an error if there is no response within three seconds, or its status is not 2xx.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let url = arguments.url;
    let status = health::get(url.clone()).await.with_context(|| format!("{url} does not answer"))?;
    if !status.is_success() {
        bail!("{url} answers {status}");
    }
    Ok(ExitCode::SUCCESS)
}
