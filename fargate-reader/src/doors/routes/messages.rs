//! `GET /api/messages`: the messages, page by page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared_volume::wall::Cursor;
use wall_api::ReadLimit;

use super::caching::is_known;
use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::chunked::lazy_body;
use crate::doors::error::ApiError;
use crate::follow::{Message, Snapshot};
use crate::views::json::WallJson;

/// `GET /api/messages?limit=100&before=<cursor>`: the newest messages, or the newest before a cursor.
pub(in crate::doors) async fn list(
    State(app): State<Shared>,
    query: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = app.view();
    let snapshot = &view.snapshot;
    let limit = limit(query.get("limit")?.as_deref())?;
    let before = query.get("before")?.map(|before| known_cursor(&before, snapshot)).transpose()?;
    let page = match before {
        Some(cursor) => snapshot.before(cursor, limit),
        None => snapshot.newest(limit),
    };
    // Weak: another task saw the same messages at other times.
    let end = |message: Option<&Arc<Message>>| message.map_or(snapshot.cursor, |message| message.ends).position;
    let (first, last) = (end(page.messages.first()), end(page.messages.last()));
    let etag = format!("W/\"{}-{first}-{last}\"", snapshot.cursor);
    let caching = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let begin = WallJson::begin(snapshot, &page)?;
    // Encoded while they are sent, so that a client that does not read keeps little of a long answer.
    let messages = page.messages.to_vec();
    let view = Arc::clone(&view);
    let messages = messages.into_iter().enumerate().map(move |(index, message)| {
        let message = view.message(&message);
        if index == 0 { message.json() } else { message.next_json() }
    });
    let body = lazy_body([Ok(begin.into())].into_iter().chain(messages).chain([Ok(Bytes::from("]}"))]));
    Ok((caching, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn limit(limit: Option<&str>) -> Result<usize, ApiError> {
    let limit = limit.map(str::parse::<ReadLimit>).transpose();
    limit.map(|limit| limit.unwrap_or_default().get()).map_err(|fault| ApiError::parameter("limit", &fault))
}

fn known_cursor(before: &str, snapshot: &Snapshot) -> Result<Cursor, ApiError> {
    let cursor: Cursor = before.parse().map_err(|error| ApiError::parameter("before", &format!("{error}")))?;
    if cursor.wall == snapshot.cursor.wall {
        return Ok(cursor);
    }
    let fault = "the cursor is of a wall that was cleared; ask again without it";
    Err(ApiError::in_field(StatusCode::BAD_REQUEST, "cursor_unknown", "before", fault))
}
