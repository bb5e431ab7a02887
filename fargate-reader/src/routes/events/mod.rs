//! `GET /events`: the wall, live, as server-sent events.

mod feed;
mod frames;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use self::feed::Feed;
use super::parameters::Parameters;
use crate::error::ApiError;
use crate::state::Shared;

/// `GET /events`. What the browser has seen is in the query when it cannot say so by `Last-Event-ID`, as on its first
/// connection.
pub(crate) async fn events(
    State(app): State<Shared>,
    asked: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (id, after) = (asked.get("last_event_id")?, asked.get("after")?);
    // An id that cannot be understood is one of a wall that is not known: the stream starts over.
    let cursor = last.or(id).or(after).and_then(|id| id.parse().ok());
    let shutdown = app.shutdown.clone().cancelled_owned();
    let feed = Feed::new(app, cursor);
    // Without an end of its own an open stream would hold up the shutdown for ever.
    let chunks = stream::unfold(feed, Feed::next).take_until(shutdown);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
