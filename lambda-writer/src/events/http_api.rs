//! Requests to the HTTP API (payload format 2.0): the API of the 2020 blog post, byte for byte, and the same as JSON.

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
use shared_volume::wall::Cursor;
use wall_api::{Newest, Posted, ReadLimit};

use self::body::Post;
use self::format::Format;
use self::idempotency::{event_id, some_event_id};
use super::logs;
use super::parse::{Part, parse};
use crate::commands;
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// The name of this source in the logs.
const KIND: &str = "http_api";

/// Returns true if the event is a request in payload format 2.0.
pub(super) fn recognises(event: &Value) -> bool {
    event["requestContext"]["http"].is_object()
}

/// Handles a request. Every failure is a response.
pub(super) async fn handle(event: Value, invocation: &Invocation) -> Reply {
    let accept = event["headers"].as_object().and_then(|headers| {
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(header::ACCEPT.as_str())).map(|(_, value)| value)
    });
    let format = Format::accepted(accept.and_then(Value::as_str));
    let result = match parse(event, Part::Event) {
        Ok(request) => respond(request, format, invocation).await,
        Err(failure) => Err(failure),
    };
    Reply::Http(Box::new(result.unwrap_or_else(|failure| {
        logs::failed(KIND, &failure);
        response::failed(&failure, format)
    })))
}

async fn respond(
    request: ApiGatewayV2httpRequest,
    format: Format,
    invocation: &Invocation,
) -> Result<ApiGatewayV2httpResponse, Failure> {
    let method = &request.request_context.http.method;
    if ![Method::GET, Method::POST, Method::DELETE].contains(method) {
        return Err(Failure::event(Problem::MethodUnsupported, "Method unsupported."));
    }
    // Only the route of a named wall has a parameter. Any parameter is refused, whatever its name: to ignore one that this
    // function does not know would be to clear the default wall instead of the named one.
    if let Some((parameter, wall)) = request.path_parameters.iter().min() {
        let fault = format!("there is no wall {wall:?}");
        return Err(Failure::in_field(Problem::WallUnknown, parameter.clone(), fault));
    }
    let limit = limit(&request.query_string_parameters)?;
    match *method {
        Method::POST => {
            let posted = post(request, invocation).await?;
            let status = if posted.repeated { StatusCode::OK } else { StatusCode::CREATED };
            let newest = read(limit, format, invocation).await.unwrap_or_else(|failure| {
                // The message is accepted, and an error response would deny that.
                logs::failed(KIND, &failure);
                only(&posted)
            });
            response::posted(posted, newest, format, status)
        }
        Method::DELETE => {
            let event = some_event_id(&request, invocation)?;
            response::cleared(&commands::clear(invocation, event).await?, format)
        }
        _ => response::newest(read(limit, format, invocation).await?, format),
    }
}

fn limit(query: &QueryMap) -> Result<ReadLimit, Failure> {
    let invalid = |fault: String| Failure::in_field(Problem::LimitInvalid, "limit", fault);
    match query.all("limit").unwrap_or_default()[..] {
        [] => Ok(ReadLimit::default()),
        [limit] => limit.parse().map_err(invalid),
        _ => Err(invalid("must be given once".to_owned())),
    }
}

async fn post(mut request: ApiGatewayV2httpRequest, invocation: &Invocation) -> Result<Posted, Failure> {
    let Post { text, author, event } = Post::read(&mut request)?;
    let event = event_id(&request, event.as_deref())?;
    commands::post(invocation, Draft { author, text, event, received: invocation.received }).await
}

async fn read(limit: ReadLimit, format: Format, invocation: &Invocation) -> Result<Newest, Failure> {
    commands::read(invocation, limit, |message| response::bytes(message, format)).await
}

/// Returns a wall of which nothing is known but that it has this message.
fn only(posted: &Posted) -> Newest {
    let cursor = Cursor::NO_WALL;
    let (wall, messages) = (cursor.wall.to_string(), vec![posted.message.clone()]);
    Newest { wall, cursor: cursor.to_string(), older: None, messages }
}
