//! What the HTTP API is answered.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use aws_lambda_events::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use shared_volume::message::visible;
use shared_volume::wall::{Appended, Newest};
use ulid::Ulid;
use wall_api::Outcome;

use super::METHODS;
use super::format::Format;
use crate::command::Done;
use crate::error::Failure;
use crate::reply::{Answer, Page, Posted, Shown, json_bytes};

/// Tells a client that reads no JSON that an earlier request with the same `Idempotency-Key` had done it.
const REPEATED: HeaderName = HeaderName::from_static("x-messagewall-repeated");

/// What a wall without messages looks like.
const EMPTY: &str = "No message yet.";

/// The wall. This API does not say whether older messages were left out, as it has no way to ask for them.
#[derive(Serialize)]
struct WallShown {
    wall: Ulid,
    cursor: String,
    messages: Vec<Shown>,
}

impl From<Page> for WallShown {
    fn from(Page { wall, cursor, older: _, messages }: Page) -> Self {
        Self { wall, cursor, messages }
    }
}

/// A message that was added, together with the wall.
#[derive(Serialize)]
struct PostedShown {
    #[serde(flatten)]
    posted: Posted,
    #[serde(flatten)]
    wall: WallShown,
}

/// The newest messages.
pub(super) fn page(newest: &Newest, format: Format) -> Result<ApiGatewayV2httpResponse, Failure> {
    let page = fitted(newest, format);
    let body = match format {
        Format::Text => text(&page),
        Format::Json => serde_json::to_string(&WallShown::from(page))?,
    };
    Ok(response(StatusCode::OK, format, body))
}

/// The newest messages after one was added. As text it is what a GET answers, as the blog has it.
pub(super) fn posted(
    posted: Appended,
    newest: &Newest,
    format: Format,
    status: StatusCode,
) -> Result<ApiGatewayV2httpResponse, Failure> {
    let repeated = posted.repeated;
    let response = match format {
        Format::Text => page(newest, format)?,
        Format::Json => {
            let wall = fitted(newest, format).into();
            response(status, format, serde_json::to_string(&PostedShown { posted: posted.into(), wall })?)
        }
    };
    Ok(told_repeated(response, repeated))
}

/// All messages were taken away.
pub(super) fn cleared(done: Done, format: Format) -> Result<ApiGatewayV2httpResponse, Failure> {
    let repeated = matches!(&done, Done::Cleared(cleared) if cleared.repeated);
    let body = match format {
        Format::Text => "Messages deleted.".to_owned(),
        Format::Json => serde_json::to_string(&Answer::from(done))?,
    };
    Ok(told_repeated(response(StatusCode::OK, format, body), repeated))
}

/// It was not done, as far as that is known.
pub(super) fn failed(failure: &Failure, format: Format) -> ApiGatewayV2httpResponse {
    let status = failure.status();
    let body = match (format, status) {
        // The blog's own words, alone.
        (Format::Text, StatusCode::METHOD_NOT_ALLOWED) => failure.to_string(),
        (Format::Text, _) => format!("{}: {failure}\n", failure.name()),
        (Format::Json, _) => serde_json::to_string(&failure.body()).unwrap_or_default(),
    };
    let mut response = response(status, format, body);
    match status {
        StatusCode::METHOD_NOT_ALLOWED => set(&mut response.headers, header::ALLOW, METHODS),
        // After an unknown outcome a client must look first: a retry could double the message.
        StatusCode::SERVICE_UNAVAILABLE if failure.outcome() == Outcome::Retry => {
            set(&mut response.headers, header::RETRY_AFTER, "1");
        }
        _ => {}
    }
    response
}

/// The page that fits into Lambda's reply, where the body is itself a string of JSON.
fn fitted(newest: &Newest, format: Format) -> Page {
    Page::within(newest, |message: &Shown| match format {
        Format::Text => json_bytes(&message.text).saturating_add(2),
        Format::Json => serde_json::to_string(message).map_or(usize::MAX, |json| json_bytes(&json)),
    })
}

fn text(page: &Page) -> String {
    if page.messages.is_empty() && page.older.is_none() {
        return EMPTY.to_owned();
    }
    // A terminal shows it: nobody's control characters are to reach that.
    page.messages.iter().flat_map(|message| [visible(&message.text), "\n".into()]).collect()
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
    // A message that looks like HTML is text.
    set(&mut response.headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn told_repeated(mut response: ApiGatewayV2httpResponse, repeated: bool) -> ApiGatewayV2httpResponse {
    if repeated {
        set(&mut response.headers, REPEATED, "true");
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
