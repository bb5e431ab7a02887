//! `GET /events`: the wall as a stream of server-sent events.

mod feed;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use self::feed::Feed;
use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::error::ApiError;

/// `GET /events`: the wall from a cursor on. The cursor is in `Last-Event-ID`, or in the query for clients that cannot set
/// that header, as a browser on its first connection.
pub(in crate::doors) async fn events(
    State(app): State<Shared>,
    query: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (id, after) = (query.get("last_event_id")?, query.get("after")?);
    // An invalid cursor counts as one of an unknown wall: the stream starts over.
    let cursor = last.or(id).or(after).and_then(|id| id.parse().ok());
    let shutdown = app.shutdown.clone().cancelled_owned();
    let feed = Feed::new(app, cursor);
    // An open stream that did not end at the shutdown would block it.
    let chunks = stream::unfold(feed, Feed::next).take_until(shutdown);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
