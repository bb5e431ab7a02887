//! The event id of a request.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use shared_volume::message::MAX_EVENT_BYTES;

use crate::error::{Failure, Problem};
use crate::events::event_id::Source;
use crate::invocation::Invocation;

/// Returns the event id that the client chose: the header `Idempotency-Key`, or `event` in the body. The request id of API
/// Gateway identifies no message, because a retry has another one.
pub(super) fn event_id(request: &ApiGatewayV2httpRequest, in_body: Option<&str>) -> Result<Option<String>, Failure> {
    let in_header = header(request)?;
    if let (Some(header), Some(body)) = (in_header, in_body)
        && header != body
    {
        let fault = "differs from Idempotency-Key; send only one of them";
        return Err(Failure::in_field(Problem::EventIdInvalid, "event", fault));
    }
    in_header.or(in_body).map(|id| Source::Http.scoped(id, "event")).transpose()
}

/// Returns the event id of a command that needs one: that of the client, or else the request id.
pub(super) fn some_event_id(request: &ApiGatewayV2httpRequest, invocation: &Invocation<'_>) -> Result<String, Failure> {
    if let Some(given) = event_id(request, None)? {
        return Ok(given);
    }
    match request.request_context.request_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => Source::Request.scoped(id, "requestContext.requestId"),
        None => Source::Lambda.scoped(&invocation.request_id, "request_id"),
    }
}

fn header(request: &ApiGatewayV2httpRequest) -> Result<Option<&str>, Failure> {
    let Some(key) = request.headers.get("idempotency-key") else { return Ok(None) };
    let visible = key.as_bytes().iter().all(u8::is_ascii_graphic);
    let key = key.to_str().ok().filter(|key| visible && (1..=MAX_EVENT_BYTES).contains(&key.len()));
    key.map(Some).ok_or_else(|| {
        let fault = format!("must be 1 to {MAX_EVENT_BYTES} visible ASCII characters");
        Failure::in_field(Problem::EventIdInvalid, "Idempotency-Key", fault)
    })
}
