//! `GET /events`: the wall as a stream of server-sent events.

mod feed;
mod output;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use self::feed::Feed;
use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::client::Client;
use crate::doors::encoding::mark;
use crate::doors::error::ApiError;
use crate::views::Encoding;

/// `GET /events`: the wall from a cursor on. The cursor is in `Last-Event-ID`, or in the query for clients that cannot set
/// that header, as a browser on its first connection.
pub(in crate::doors) async fn events(
    State(app): State<Shared>,
    client: Client,
    query: Parameters,
    encoding: Encoding,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (id, after) = (query.get("last_event_id")?, query.get("after")?);
    // An invalid cursor counts as one of an unknown wall: the stream starts over.
    let cursor = last.or(id).or(after).and_then(|id| id.parse().ok());
    // Boxed, because a stream moves it from one chunk to the next.
    let place = app.guard.places.take(client)?;
    let feed = Box::new(Feed::new(app, place, cursor, encoding));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // A proxy that compresses would keep events until it has enough of them.
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let mut response = (headers, Body::from_stream(stream::unfold(feed, Feed::next))).into_response();
    mark(response.headers_mut(), encoding);
    Ok(response)
}
