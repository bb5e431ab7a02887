//! HTTP requests, by API Gateway, a function URL or a load balancer: the API of the 2020 blog post, byte for byte, and the same as JSON.

mod body;
mod form;
mod format;
mod idempotency;
mod response;
mod shape;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::http::{Method, StatusCode, header};
use aws_lambda_events::query_map::QueryMap;
use serde_json::Value;
use shared_volume::message::Draft;
use wall_api::{Newest, Posted, ReadLimit};

use self::body::Post;
use self::format::Format;
use self::idempotency::{event_id, some_event_id};
use self::shape::{LIMIT, Shape, WAIT};
use super::command::APPLIED;
use super::logs;
use crate::commands;
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// The name of this source in the logs.
const KIND: &str = "http_api";

/// The part of the path that the name of a wall follows.
const ROUTE: &str = "MessageWall";

/// Returns true if the event is an HTTP request.
pub(super) fn recognises(event: &Value) -> bool {
    Shape::of(event).is_some()
}

/// Handles a request. Every failure is a response.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Reply {
    let shape = Shape::of(&event).unwrap_or(Shape::V2);
    let format = Format::accepted(accept(&event));
    let result = match shape.request(event) {
        Ok(request) => respond(request, format, invocation).await,
        Err(failure) => Err(failure),
    };
    let response = result.unwrap_or_else(|failure| {
        logs::failed(KIND, &failure);
        response::failed(&failure, format)
    });
    Reply::Http(Box::new(shape.response(response)))
}

/// Returns the header `Accept`, which is needed even if the request cannot be parsed.
fn accept(event: &Value) -> Option<&str> {
    ["headers", "multiValueHeaders"].into_iter().find_map(|field| {
        let mut headers = event[field].as_object()?.iter();
        let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case(header::ACCEPT.as_str()))?;
        value.as_str().or_else(|| value.get(0)?.as_str())
    })
}

async fn respond(
    request: ApiGatewayV2httpRequest,
    format: Format,
    invocation: &Invocation<'_>,
) -> Result<ApiGatewayV2httpResponse, Failure> {
    let method = &request.request_context.http.method;
    if ![Method::GET, Method::POST, Method::DELETE].contains(method) {
        return Err(Failure::event(Problem::MethodUnsupported, "Method unsupported."));
    }
    // Only the route of a named wall has a parameter. Any parameter is refused, whatever its name: to ignore one that this
    // function does not know would be to clear the default wall instead of the named one.
    // A REST API, a function URL and a load balancer name the wall in the path only.
    let parameter = request.path_parameters.iter().filter(|(name, _)| *name != "proxy").min();
    let in_path = request.raw_path.as_deref().and_then(wall_in_path);
    let wall = parameter.map(|(name, wall)| (name.as_str(), wall.as_str())).or(in_path.map(|wall| ("path", wall)));
    if let Some((field, wall)) = wall {
        let fault = format!("there is no wall {wall:?}");
        return Err(Failure::in_field(Problem::WallUnknown, field.to_owned(), fault));
    }
    let limit = limit(&request.query_string_parameters)?;
    wait(&request.query_string_parameters, invocation)?;
    match *method {
        Method::POST => {
            let (posted, newest) = post(request, limit, format, invocation).await?;
            let status = if posted.repeated { StatusCode::OK } else { StatusCode::CREATED };
            response::posted(posted, newest, invocation.applied(), format, status)
        }
        Method::DELETE => {
            let event = some_event_id(&request, invocation)?;
            let cleared = commands::clear(invocation, event).await?;
            response::cleared(cleared, invocation.applied(), format)
        }
        _ => response::newest(read(limit, format, invocation).await?, format),
    }
}

/// Returns the name of the wall in a path such as `/MessageWall/lobby`.
fn wall_in_path(path: &str) -> Option<&str> {
    let mut parts = path.split('/').skip_while(|part| *part != ROUTE).skip(1);
    parts.find(|part| !part.is_empty())
}

fn limit(query: &QueryMap) -> Result<ReadLimit, Failure> {
    let invalid = |fault: String| Failure::in_field(Problem::LimitInvalid, LIMIT, fault);
    match query.all(LIMIT).unwrap_or_default()[..] {
        [] => Ok(ReadLimit::default()),
        [limit] => limit.parse().map_err(invalid),
        _ => Err(invalid("must be given once".to_owned())),
    }
}

/// Makes the command wait for the tasks if the client does.
fn wait(query: &QueryMap, invocation: &Invocation<'_>) -> Result<(), Failure> {
    match query.all(WAIT).unwrap_or_default()[..] {
        [] => {}
        [APPLIED] => invocation.await_tasks(),
        _ => return Err(Failure::in_field(Problem::WaitInvalid, WAIT, format!("must be {APPLIED:?}, once"))),
    }
    Ok(())
}

async fn post(
    mut request: ApiGatewayV2httpRequest,
    limit: ReadLimit,
    format: Format,
    invocation: &Invocation<'_>,
) -> Result<(Posted, Newest), Failure> {
    let Post { text, author, event } = Post::read(&mut request)?;
    let event = event_id(&request, event.as_deref())?;
    let draft = Draft { author, text, picture: None, event, received: invocation.received };
    commands::post(invocation, draft, limit, |message| response::bytes(message, format)).await
}

async fn read(limit: ReadLimit, format: Format, invocation: &Invocation<'_>) -> Result<Newest, Failure> {
    commands::read(invocation, limit, |message| response::bytes(message, format)).await
}
