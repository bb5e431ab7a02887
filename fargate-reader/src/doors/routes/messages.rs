//! `GET /api/messages`: the messages, page by page.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared_volume::wall::Cursor;
use wall_api::ReadLimit;

use super::caching::is_known;
use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::chunked::lazy_body;
use crate::doors::encoding::{VARY, encoded};
use crate::doors::error::ApiError;
use crate::follow::{Message, Snapshot};
use crate::views::json::WallJson;
use crate::views::{Encoding, View, etag};

/// The media type of the answer.
const JSON: &str = "application/json";

/// `GET /api/messages?limit=100&before=<cursor>`: the newest messages, or the newest before a cursor.
pub(in crate::doors) async fn list(
    State(app): State<Shared>,
    query: Parameters,
    encoding: Encoding,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = app.view();
    let snapshot = &view.snapshot;
    let limit = limit(query.get("limit")?.as_deref())?;
    let before = query.get("before")?.map(|before| known_cursor(&before, snapshot)).transpose()?;
    if before.is_none()
        && let Some(newest) = newest(&view, limit, &headers, encoding)?
    {
        return Ok(newest);
    }
    let page = match before {
        Some(cursor) => snapshot.before(cursor, limit),
        None => snapshot.newest(limit),
    };
    let begin = WallJson::begin(snapshot, &page)?;
    let (etag, messages) = (etag(snapshot, &page), page.messages.to_vec());
    Ok(answer(&headers, &etag, || {
        ([VARY, (header::CONTENT_TYPE, HeaderValue::from_static(JSON))], older(Arc::clone(&view), begin, messages))
            .into_response()
    }))
}

/// Returns the newest messages, which all share; `None` if these are more than a page.
pub(in crate::doors) fn newest(
    view: &View,
    limit: usize,
    headers: &HeaderMap,
    encoding: Encoding,
) -> Result<Option<Response>, askama::Error> {
    let newest = view.newest_messages(limit)?;
    Ok(newest.map(|newest| answer(headers, &newest.etag, || encoded(encoding, JSON, newest.body(encoding)))))
}

/// Returns the response, or tells the client that it has it.
fn answer(headers: &HeaderMap, etag: &str, response: impl FnOnce() -> Response) -> Response {
    let mut response =
        if is_known(headers, etag) { (StatusCode::NOT_MODIFIED, [VARY]).into_response() } else { response() };
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(etag).map(|etag| (header::ETAG, etag)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Encodes messages while they are sent, so that a client that does not read keeps little of a long answer.
fn older(view: Arc<View>, begin: String, messages: Vec<Arc<Message>>) -> Body {
    let messages = messages.into_iter().enumerate().flat_map(move |(index, message)| {
        let comma = Bytes::from(if index == 0 { "" } else { "," });
        [Ok(comma), view.message(&message).json().map(|json| json.plain().clone())]
    });
    lazy_body([Ok(begin.into())].into_iter().chain(messages).chain([Ok(Bytes::from("]}"))]))
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
