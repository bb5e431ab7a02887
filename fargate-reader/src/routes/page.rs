//! What people look at.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use shared_volume::wall::Cursor;

use super::parameters::Parameters;
use crate::error::ApiError;
use crate::page::{self, FormState, WallPage};
use crate::policy::accepts;
use crate::snapshot::{PAGE_MESSAGES, Snapshot};
use crate::state::{App, Shared};

/// `GET /`
pub(crate) async fn wall(State(app): State<Shared>, which: Parameters) -> Result<Response, ApiError> {
    let snapshot = app.follow.snapshot();
    // A bookmark of a wall that was cleared meanwhile leads to the newest page.
    let before = which.get("before")?.and_then(|before| before.parse().ok());
    let before = before.filter(|before: &Cursor| before.wall == snapshot.cursor.wall);
    let page = wall_page(&app, &snapshot, before, FormState::default())?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], page).into_response())
}

pub(super) fn wall_page(
    app: &App,
    snapshot: &Snapshot,
    before: Option<Cursor>,
    form: FormState,
) -> Result<Response, ApiError> {
    let page = match before {
        Some(cursor) => snapshot.before(cursor, PAGE_MESSAGES),
        None => snapshot.newest(PAGE_MESSAGES),
    };
    let (posting, streams) = (app.posting(snapshot), app.follow.streams());
    let admin = app.admin_token.is_some() && app.function.is_some();
    let watching = app.follow.watching(snapshot);
    let page = page::wall(&WallPage { snapshot, page, form, posting, admin, streams, watching: &watching })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_LENGTH, HeaderValue::from(page.len())),
    ];
    Ok((headers, page.into_body()).into_response())
}

/// `GET /w/<name>`
pub(crate) async fn named_wall(
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(name) = name?;
    nothing_there(&headers, &format!("/w/{name}"), "wall_unknown", format!("there is no wall {name:?}"))
}

/// Every address that leads nowhere.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Result<Response, ApiError> {
    nothing_there(&headers, uri.path(), "route_unknown", format!("there is nothing at {}", uri.path()))
}

/// Every method that an address does not know.
pub(crate) async fn method_unsupported(method: Method, OriginalUri(uri): OriginalUri) -> ApiError {
    let message = format!("{method} is not supported at {}; see the Allow header", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_unsupported", message)
}

fn nothing_there(headers: &HeaderMap, path: &str, error: &'static str, message: String) -> Result<Response, ApiError> {
    if accepts(headers, "text/html") {
        return Ok((StatusCode::NOT_FOUND, Html(page::not_found(path)?)).into_response());
    }
    Err(ApiError::new(StatusCode::NOT_FOUND, error, message))
}
