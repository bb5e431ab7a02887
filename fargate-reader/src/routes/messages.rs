//! `GET /api/messages`: the wall, page by page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared_volume::wall::Cursor;

use super::parameters::Parameters;
use crate::error::ApiError;
use crate::shapes::Wall;
use crate::snapshot::Snapshot;
use crate::state::Shared;

/// `GET /api/messages?limit=100&before=<cursor>`
pub(crate) async fn list(
    State(app): State<Shared>,
    asked: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let snapshot = app.follow.snapshot();
    let limit = limit(asked.get("limit")?.as_deref())?;
    let before = asked.get("before")?.map(|before| known_cursor(&before, &snapshot)).transpose()?;
    let page = match before {
        Some(cursor) => snapshot.before(cursor, limit),
        None => snapshot.newest(limit),
    };
    // Weak: another reader saw the same messages at other times.
    let first = page.messages.first().map_or(snapshot.cursor.position, |shown| shown.starts.position);
    let last = page.messages.last().map_or(snapshot.cursor.position, |shown| shown.ends.position);
    let etag = format!("W/\"{}-{}-{first}-{last}\"", snapshot.cursor, snapshot.edition);
    let caching = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, Json(Wall::new(&snapshot, page))).into_response())
}

fn limit(limit: Option<&str>) -> Result<usize, ApiError> {
    let Some(limit) = limit else { return Ok(100) };
    let number = limit.parse().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| ApiError::parameter(format!("limit: must be a whole number from 1 to 10000, is {limit:?}")))
}

fn known_cursor(before: &str, snapshot: &Snapshot) -> Result<Cursor, ApiError> {
    let cursor: Cursor = before.parse().map_err(|error| ApiError::parameter(format!("before: {error}")))?;
    if cursor.wall == snapshot.cursor.wall {
        return Ok(cursor);
    }
    let message = "before: the cursor is of a wall that was cleared; ask again without it";
    Err(ApiError::new(StatusCode::BAD_REQUEST, "cursor_unknown", message))
}

/// Whether the client has what `etag` stands for, by `If-None-Match`.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|tags| tags.split(',')).any(|tag| tag.trim() == "*" || weak(tag) == weak(etag))
}
