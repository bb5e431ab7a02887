//! `messagewall post`: posts a message on the wall, with or without a picture.

mod picture;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::http::Uri;
use clap::Args;
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use uuid::Uuid;
use wall_api::ErrorBody;

use crate::address::{is_loopback, parse_url};
use crate::{defaults, terminal};

/// The path of messages.
pub(crate) const MESSAGES_PATH: &str = "/api/messages";

/// The path of messages with pictures.
pub(crate) const PICTURES_PATH: &str = "/api/pictures";

/// The longest time of the whole request.
const DEADLINE: Duration = Duration::from_secs(30);

/// The part of an answer that is shown if it is not that of a wall, in characters.
const SHOWN_CHARS: usize = 200;

/// The arguments of `messagewall post`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The text of the message.
    #[arg(value_name = "TEXT")]
    text: String,
    /// A file with a picture.
    #[arg(long, value_name = "FILE")]
    picture: Option<String>,
    /// The name of the author.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// The http:// URL of the wall.
    #[arg(long, env = "MESSAGEWALL_WALL", default_value = defaults::WALL_URL, value_name = "URL", value_parser = parse_url)]
    wall: Uri,
}

/// Posts the message, and prints its id.
///
/// # Errors
/// Returns an error if the picture cannot be read, the wall does not answer within 30 seconds, or it refuses the message.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let wall = arguments.wall.to_string();
    if arguments.wall.scheme_str() != Some("http") {
        bail!("--wall: {wall} is not an http:// URL");
    }
    // A proxy cannot reach this machine's loopback.
    let client = Client::builder().timeout(DEADLINE);
    let client = if is_loopback(&arguments.wall) { client.no_proxy() } else { client }.build()?;
    let response = match request(&client, wall.trim_end_matches('/'), &arguments)?.send().await {
        Ok(response) => response,
        Err(error) if error.is_timeout() => bail!("{wall} did not answer within {} s", DEADLINE.as_secs()),
        Err(error) if error.is_connect() => {
            bail!("nothing answers at {wall}; start `messagewall` first, or set --wall")
        }
        Err(error) => return Err(error.without_url()).with_context(|| format!("{wall} did not take the message")),
    };
    terminal::print(&id(&wall, response).await?);
    Ok(ExitCode::SUCCESS)
}

fn request(client: &Client, wall: &str, arguments: &Arguments) -> anyhow::Result<RequestBuilder> {
    let Arguments { text, picture, author, .. } = arguments;
    let request = match picture {
        None => {
            let author = author.iter().map(|author| ("author".to_owned(), json!(author)));
            let message: Value = author.chain([("text".to_owned(), json!(text))]).collect();
            client.post(format!("{wall}{MESSAGES_PATH}")).json(&message)
        }
        Some(file) => {
            let form = Form::new().text("text", text.clone()).part("picture", picture::read(file)?);
            let form = match author {
                Some(author) => form.text("author", author.clone()),
                None => form,
            };
            client.post(format!("{wall}{PICTURES_PATH}")).multipart(form)
        }
    };
    Ok(request.header("idempotency-key", Uuid::new_v4().to_string()))
}

/// Returns the id of the message in the answer of the wall.
async fn id(wall: &str, response: Response) -> anyhow::Result<String> {
    let status = response.status();
    let answer = response.bytes().await.with_context(|| format!("the answer of {wall} is incomplete"))?;
    let json: Value = serde_json::from_slice(&answer).unwrap_or_default();
    if let Some(id) = json["id"].as_str().filter(|_| status.is_success()) {
        return Ok(id.to_owned());
    }
    if let Ok(ErrorBody { error, message, .. }) = serde_json::from_value(json) {
        bail!("the message was refused ({status}): {error}: {message}");
    }
    let shown: String = String::from_utf8_lossy(&answer).chars().take(SHOWN_CHARS).collect();
    bail!("{wall} is no wall: it answered {status}: {shown:?}");
}
