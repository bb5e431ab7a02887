//! The responses of the HTTP API.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use aws_lambda_events::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use shared_volume::message::visible;
use wall_api::{Applied, Cleared, MessageView, Newest, Outcome, Posted};

use super::format::Format;
use crate::commands::json_bytes;
use crate::error::Failure;

/// The value of the header `Allow`.
const METHODS: &str = "GET, POST, DELETE";

/// The header that is set if an earlier request with the same `Idempotency-Key` had the effect. Clients that read no JSON
/// need it.
const REPEATED: HeaderName = HeaderName::from_static("x-messagewall-repeated");

/// The header that tells a client that waited which tasks serve the effect.
const APPLIED: HeaderName = HeaderName::from_static("x-messagewall-applied");

/// The body for a wall without messages.
const EMPTY: &str = "No message yet.";

/// The line of a message without text.
const PICTURE: &str = "(picture)";

/// The wall as JSON. It has no `older`, because this API has no way to request older messages.
#[derive(Serialize)]
struct WallView {
    wall: String,
    cursor: String,
    messages: Vec<MessageView<'static>>,
}

impl From<Newest> for WallView {
    fn from(Newest { wall, cursor, older: _, messages }: Newest) -> Self {
        Self { wall, cursor, messages }
    }
}

/// A message that was added, and the wall.
#[derive(Serialize)]
struct PostedView {
    #[serde(flatten)]
    posted: Posted,
    #[serde(flatten)]
    wall: WallView,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<Applied>,
}

/// A cleared wall.
#[derive(Serialize)]
struct ClearedView {
    #[serde(flatten)]
    cleared: Cleared,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<Applied>,
}

/// Returns the response with the newest messages.
pub(super) fn newest(newest: Newest, format: Format) -> Result<ApiGatewayV2httpResponse, Failure> {
    let body = match format {
        Format::Text => text(&newest),
        Format::Json => serde_json::to_string(&WallView::from(newest))?,
    };
    Ok(response(StatusCode::OK, format, body))
}

/// Returns the response to a post. As text it is the response to a GET, as in the blog post.
pub(super) fn posted(
    posted: Posted,
    wall: Newest,
    applied: Option<Applied>,
    format: Format,
    status: StatusCode,
) -> Result<ApiGatewayV2httpResponse, Failure> {
    let (repeated, line) = (posted.repeated, applied.as_ref().map(Applied::to_string));
    let response = match format {
        Format::Text => newest(wall, format)?,
        Format::Json => {
            let view = PostedView { posted, wall: wall.into(), applied };
            response(status, format, serde_json::to_string(&view)?)
        }
    };
    Ok(with_applied(with_repeated(response, repeated), line))
}

/// Returns the response to a clear.
pub(super) fn cleared(
    cleared: Cleared,
    applied: Option<Applied>,
    format: Format,
) -> Result<ApiGatewayV2httpResponse, Failure> {
    let (repeated, line) = (cleared.repeated, applied.as_ref().map(Applied::to_string));
    let body = match format {
        Format::Text => "Messages deleted.".to_owned(),
        Format::Json => serde_json::to_string(&ClearedView { cleared, applied })?,
    };
    Ok(with_applied(with_repeated(response(StatusCode::OK, format, body), repeated), line))
}

/// Returns the response to a request that failed.
pub(super) fn failed(failure: &Failure, format: Format) -> ApiGatewayV2httpResponse {
    let status = failure.status();
    let body = match (format, status) {
        // The blog post has these words and nothing else.
        (Format::Text, StatusCode::METHOD_NOT_ALLOWED) => failure.text(),
        (Format::Text, _) => format!("{}: {}\n", failure.name(), failure.text()),
        (Format::Json, _) => serde_json::to_string(&failure.body()).unwrap_or_default(),
    };
    let mut response = response(status, format, body);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        set(&mut response.headers, header::ALLOW, METHODS);
    }
    // After an unknown outcome a client must look first: a retry could double the message.
    if failure.outcome() == Outcome::Retry {
        set(&mut response.headers, header::RETRY_AFTER, "1");
    }
    response
}

/// Returns the bytes that a message takes in Lambda's reply, where the body is a string in JSON.
pub(super) fn bytes(message: &MessageView<'_>, format: Format) -> usize {
    match format {
        Format::Text => json_bytes(&line(message)).saturating_add(2),
        Format::Json => serde_json::to_string(message).map_or(usize::MAX, |json| json_bytes(&json)),
    }
}

fn text(newest: &Newest) -> String {
    if newest.messages.is_empty() && newest.older.is_none() {
        return EMPTY.to_owned();
    }
    // Control characters of a message must not reach a terminal.
    newest.messages.iter().flat_map(|message| [visible(line(message)), "\n".into()]).collect()
}

/// Returns a message as text. A message may consist of a picture.
fn line<'a>(message: &'a MessageView<'_>) -> &'a str {
    if message.text.is_empty() && message.picture.is_some() { PICTURE } else { &message.text }
}

fn response(status: StatusCode, format: Format, body: String) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status.as_u16());
    response.body = Some(Body::Text(body));
    let content_type = match format {
        Format::Text => "text/plain; charset=utf-8",
        Format::Json => "application/json",
    };
    set(&mut response.headers, header::CONTENT_TYPE, content_type);
    set(&mut response.headers, header::CACHE_CONTROL, "no-store");
    set(&mut response.headers, header::VARY, "accept");
    // A browser must not take a message for HTML.
    set(&mut response.headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn with_repeated(mut response: ApiGatewayV2httpResponse, repeated: bool) -> ApiGatewayV2httpResponse {
    if repeated {
        set(&mut response.headers, REPEATED, "true");
    }
    response
}

fn with_applied(mut response: ApiGatewayV2httpResponse, line: Option<String>) -> ApiGatewayV2httpResponse {
    // A reason may contain what a header must not.
    let line = line.map(|line| line.replace(|c: char| !matches!(c, ' '..='~'), "?"));
    if let Some(Ok(line)) = line.map(HeaderValue::try_from) {
        response.headers.insert(APPLIED, line);
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
