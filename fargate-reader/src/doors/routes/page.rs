//! The pages for people, and the answers to unknown addresses.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use shared_volume::wall::Cursor;
use wall_api::PAGE_MESSAGES;

use super::parameters::Parameters;
use crate::doors::app::{App, Shared};
use crate::doors::client::Client;
use crate::doors::encoding::encoded;
use crate::doors::error::ApiError;
use crate::doors::policy::accepts;
use crate::settings::Posters;
use crate::views::WallText;
use crate::views::page::{self, FormState, WallPage};
use crate::views::{Encoding, View};

/// The media type of a page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// `GET /`: the page of the wall; with `before` its older messages; with `seen` at least up to that cursor.
pub(in crate::doors) async fn wall(
    State(app): State<Shared>,
    client: Client,
    query: Parameters,
    encoding: Encoding,
) -> Result<Response, ApiError> {
    if let Some(seen) = query.get("seen")? {
        catch_up(&app, client, &seen).await;
    }
    let view = app.view();
    // A bookmark of a wall that was cleared since leads to the newest page.
    let before = query.get("before")?.and_then(|before| before.parse().ok());
    let before = before.filter(|before: &Cursor| before.wall == view.snapshot.cursor.wall);
    if before.is_none() {
        return Ok(newest(&app, &view, encoding)?);
    }
    let mut page = wall_page(&app, &view, before, FormState::default())?;
    page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(page)
}

/// Looks at the volume if this task has not read it up to a cursor that another task has served. A redirect carries it: behind a
/// load balancer the page that follows a form may come from a task that is behind.
async fn catch_up(app: &App, client: Client, seen: &str) {
    let Ok(seen) = seen.parse::<Cursor>() else { return };
    let cursor = app.view().snapshot.cursor;
    if cursor.wall != seen.wall || cursor.position < seen.position {
        app.guard.catching_up.look(client, &app.follow).await;
    }
}

/// Returns the newest page, which all share.
pub(in crate::doors) fn newest(app: &App, view: &View, encoding: Encoding) -> Result<Response, askama::Error> {
    let page = view.page.get_or_make(|| rendered(app, view, None, FormState::default()))?;
    let mut page = encoded(encoding, HTML, page.body(encoding));
    page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(page)
}

/// Renders the page of the wall for one client.
pub(super) fn wall_page(app: &App, view: &View, before: Option<Cursor>, form: FormState) -> Result<Response, ApiError> {
    let page = rendered(app, view, before, form)?;
    Ok(encoded(Encoding::Plain, HTML, page.body(Encoding::Plain)))
}

fn rendered(app: &App, view: &View, before: Option<Cursor>, form: FormState) -> Result<WallText, askama::Error> {
    let snapshot = &view.snapshot;
    let page = match before {
        Some(cursor) => snapshot.before(cursor, PAGE_MESSAGES),
        None => snapshot.newest(PAGE_MESSAGES),
    };
    let (posting, streams) = (app.posting(snapshot), app.follow.streams());
    let (admin, invited) = (app.has_admin(), app.guard.posters == Posters::Token);
    page::wall(&WallPage { view, page, form, posting, admin, invited, streams })
}

/// `GET /w/<name>`: refused, as there are no named walls yet.
pub(in crate::doors) async fn named_wall(
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(name) = name?;
    unknown(&headers, &format!("/w/{name}"), "wall_unknown", format!("there is no wall {name:?}"))
}

/// Answers a request of an unknown address.
pub(in crate::doors) async fn not_found(
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    unknown(&headers, uri.path(), "route_unknown", format!("there is nothing at {}", uri.path()))
}

/// Answers a request with a method that its address does not support.
pub(in crate::doors) async fn method_unsupported(method: Method, OriginalUri(uri): OriginalUri) -> ApiError {
    let message = format!("{method} is not supported at {}; see the Allow header", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_unsupported", message)
}

fn unknown(headers: &HeaderMap, path: &str, error: &'static str, message: String) -> Result<Response, ApiError> {
    if accepts(headers, "text/html") {
        return Ok((StatusCode::NOT_FOUND, Html(page::not_found(path)?)).into_response());
    }
    Err(ApiError::new(StatusCode::NOT_FOUND, error, message))
}
