//! A request to the HTTP API (payload format 2.0): the blog's API, byte for byte, and the same as JSON.

mod body;
mod form;
mod format;
mod idempotency;
mod response;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::http::{Method, StatusCode, header};
use aws_lambda_events::query_map::QueryMap;
use serde_json::Value;
use shared_volume::message::Draft;
use shared_volume::wall::{Appended, Cursor, Entry, EntryKind, Newest};

use self::body::Post;
use self::format::Format;
use self::idempotency::{event_id, some_event_id};
use super::log_refusal;
use super::parse::parse;
use crate::command::{Command, Done, Limit};
use crate::error::{Failure, Problem};
use crate::handler::Invocation;

/// The methods that are served, as the `Allow` header has them.
const METHODS: &str = "GET, POST, DELETE";

/// Handles a request. Everything is told in the response.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> ApiGatewayV2httpResponse {
    let accept = event["headers"].as_object().and_then(|headers| {
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(header::ACCEPT.as_str())).map(|(_, value)| value)
    });
    let format = Format::accepted(accept.and_then(Value::as_str));
    let result = match parse(event, "event", Problem::EventInvalid) {
        Ok(request) => respond(request, format, invocation).await,
        Err(failure) => Err(failure),
    };
    result.unwrap_or_else(|failure| {
        log_refusal(&failure, "http_api");
        response::failed(&failure, format)
    })
}

async fn respond(
    request: ApiGatewayV2httpRequest,
    format: Format,
    invocation: &Invocation,
) -> Result<ApiGatewayV2httpResponse, Failure> {
    let method = &request.request_context.http.method;
    if ![Method::GET, Method::POST, Method::DELETE].contains(method) {
        return Err(Failure::input(Problem::MethodUnsupported, "Method unsupported."));
    }
    if let Some(name) = request.path_parameters.get("name") {
        return Err(Failure::input(Problem::WallUnknown, format!("name: there is no wall {name:?}")));
    }
    let limit = limit(&request.query_string_parameters)?;
    match *method {
        Method::POST => {
            let posted = post(request, invocation).await?;
            let status = if posted.repeated { StatusCode::OK } else { StatusCode::CREATED };
            let newest = match read(limit, invocation).await {
                Ok(newest) => newest,
                Err(failure) => {
                    // The message is accepted, and an error would say that it is not.
                    log_refusal(&failure, "http_api");
                    only(&posted)
                }
            };
            response::posted(posted, &newest, format, status)
        }
        Method::DELETE => {
            let event = some_event_id(&request, invocation)?;
            let done = invocation.execute(Command::Clear { event }).await?;
            response::cleared(done, format)
        }
        _ => response::page(&read(limit, invocation).await?, format),
    }
}

fn limit(query: &QueryMap) -> Result<Limit, Failure> {
    let invalid = |problem: String| Failure::input(Problem::LimitInvalid, format!("limit: {problem}"));
    match query.all("limit").unwrap_or_default()[..] {
        [] => Ok(Limit::default()),
        [limit] => limit.parse().map_err(invalid),
        _ => Err(invalid("must be given once".to_owned())),
    }
}

async fn post(mut request: ApiGatewayV2httpRequest, invocation: &Invocation) -> Result<Appended, Failure> {
    let Post { text, author, event } = Post::read(&mut request)?;
    let event = event_id(&request, event.as_deref())?;
    let draft = Draft { author, text, event, received: invocation.received };
    match invocation.execute(Command::Post(draft)).await? {
        Done::Posted(appended) => Ok(appended),
        other => Err(unexpected(&other)),
    }
}

async fn read(limit: Limit, invocation: &Invocation) -> Result<Newest, Failure> {
    match invocation.execute(Command::Read(limit)).await? {
        Done::Read(newest) => Ok(newest),
        other => Err(unexpected(&other)),
    }
}

/// A wall of which nothing is known but that this message is on it.
fn only(posted: &Appended) -> Newest {
    let entry = Entry { span: 0..0, edition: 0, kind: EntryKind::Message(posted.message.clone()) };
    Newest { cursor: Cursor::NO_WALL, entries: vec![entry], older: None }
}

/// Each command has an outcome of its own; the compiler cannot know it.
fn unexpected(done: &Done) -> Failure {
    std::io::Error::other(format!("the volume gave another answer than was asked for: {done:?}")).into()
}
