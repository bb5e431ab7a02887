//! `messagewall invoke`: an event for the function, by the Lambda Invoke API.

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

use crate::address::is_loopback;
use crate::terminal;

mod envelope;
pub(crate) mod input;

/// Which event, and for whom.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The event, as JSON; `-` is standard input. An EventBridge event needs no more than `source`, `detail-type`
    /// and `detail`: what the bus would add is added.
    #[arg(value_name = "FILE")]
    file: String,
    /// Where the Lambda service answers.
    #[arg(long, env = "MESSAGEWALL_ENDPOINT", default_value = "http://127.0.0.1:9000", value_name = "URL")]
    endpoint: String,
    /// The function.
    #[arg(long, env = "MESSAGEWALL_FUNCTION", default_value = "MessageWall", value_name = "NAME")]
    function: String,
}

/// Sends the event and prints the answer. The exit code is 1 when the function failed or its answer is an error.
///
/// # Errors
/// When the event cannot be read, or the service does not take it.
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
        Err(SdkError::DispatchFailure(_)) => bail!(
            "nothing answers at {}; start `messagewall` first, or say with --endpoint where it is",
            arguments.endpoint
        ),
        Err(error) => bail!("the event was not taken: {}", refusal(&error)),
    };
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    terminal::say(&pretty(payload));
    if let Some(kind) = answer.function_error() {
        terminal::complain(&format!("messagewall: the function failed ({kind})"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(if is_error(payload) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        // The stand-in checks no signature, but the SDK wants to sign.
        .credentials_provider(Credentials::new("local", "local", None, None, "messagewall"))
        .endpoint_url(endpoint);
    let is_here = endpoint.parse::<Uri>().is_ok_and(|endpoint| is_loopback(&endpoint));
    let config = if is_here { config.http_client(without_proxy()) } else { config };
    Client::from_conf(config.build())
}

/// The SDK's own client asks the environment for a proxy, which is of no use on the way to this very machine.
fn without_proxy() -> SharedHttpClient {
    Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)).build_https()
}

/// What the service said, or what the SDK did.
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

/// The function's errors are objects with the stable name of the error.
fn is_error(payload: &[u8]) -> bool {
    serde_json::from_slice::<Value>(payload).is_ok_and(|answer| answer["error"].is_string())
}
