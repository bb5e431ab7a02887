//! `messagewall invoke`: sends an event to the function by the Lambda Invoke API.

mod envelope;

use std::process::ExitCode;

use anyhow::{Context, bail};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::SharedHttpClient;
use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::primitives::Blob;
use aws_smithy_http_client::{Builder, tls};
use axum::http::Uri;
use clap::Args;
use serde_json::Value;
use shared_volume::json;
use wall_api::ErrorBody;

use crate::address::{is_loopback, parse_url};
use crate::{defaults, input, terminal};

/// The arguments of `messagewall invoke`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The event, as JSON; `-` is standard input. An EventBridge event needs only `source`, `detail-type` and `detail`: the
    /// command adds the fields that the event bus adds.
    #[arg(value_name = "FILE")]
    file: String,
    /// The URL of the Lambda service.
    #[arg(long, env = "MESSAGEWALL_ENDPOINT", default_value = defaults::API_URL, value_name = "URL", value_parser = parse_url)]
    endpoint: Uri,
    /// The name or ARN of the function.
    #[arg(long, env = "MESSAGEWALL_FUNCTION", default_value = defaults::FUNCTION, value_name = "NAME")]
    function: String,
}

/// Sends the event and prints the answer. The exit code is 1 if the function failed or its answer is an error.
///
/// # Errors
/// Returns an error if the event cannot be read, or the service refuses it.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let text = input::read_text(&arguments.file)?;
    let mut event: Value =
        json::distinct(&text).with_context(|| format!("{} is not JSON that can be read", arguments.file))?;
    envelope::complete(&mut event);
    let sent = client(&arguments.endpoint)
        .invoke()
        .function_name(&arguments.function)
        .payload(Blob::new(event.to_string()))
        .send()
        .await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(SdkError::DispatchFailure(_)) => {
            bail!("nothing answers at {}; start `messagewall` first, or set --endpoint", arguments.endpoint)
        }
        Err(error) => bail!("the event was refused: {}", refusal(&error)),
    };
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    terminal::print(&pretty(payload));
    if let Some(kind) = answer.function_error() {
        terminal::print_error(&format!("messagewall: the function failed ({kind})"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(if is_error(payload) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn client(endpoint: &Uri) -> Client {
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        // The SDK needs credentials to sign with. The local cloud checks no signature.
        .credentials_provider(Credentials::new("local", "local", None, None, "messagewall"))
        .endpoint_url(endpoint.to_string());
    let config = if is_loopback(endpoint) { config.http_client(without_proxy()) } else { config };
    Client::from_conf(config.build())
}

/// Returns an HTTP client that ignores the proxy of the environment: a proxy cannot reach this machine's loopback.
fn without_proxy() -> SharedHttpClient {
    Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)).build_https()
}

/// Returns the error of the service, or that of the SDK.
fn refusal<E, R>(error: &SdkError<E, R>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => DisplayErrorContext(error).to_string(),
    }
}

fn pretty(payload: &[u8]) -> String {
    let value = serde_json::from_slice::<Value>(payload);
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value));
    pretty.unwrap_or_else(|_| String::from_utf8_lossy(payload).into_owned())
}

fn is_error(payload: &[u8]) -> bool {
    serde_json::from_slice::<ErrorBody>(payload).is_ok()
}
