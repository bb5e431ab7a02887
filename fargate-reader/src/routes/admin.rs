//! What only an administrator may do.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::body::{self, MediaType};
use super::key::Key;
use crate::admin::Admin;
use crate::error::ApiError;
use crate::invoke::{Cleared, Command, Event, Function, Removed, RolledBack};
use crate::state::{App, Shared};

/// What to go back to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    generation: u64,
}

/// `DELETE /api/messages`
pub(crate) async fn clear(_: Admin, State(app): State<Shared>, headers: HeaderMap) -> Result<Json<Cleared>, ApiError> {
    let key = Key::new(&headers, None)?;
    let answer = writer(&app)?.call(&Command::Clear { event: Event::new(&key.id) }).await?;
    app.follow.look_now();
    Ok(Json(answer))
}

/// `DELETE /api/messages/<id>`
pub(crate) async fn remove(
    _: Admin,
    State(app): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<Removed>, ApiError> {
    let Path(id) = id?;
    let key = Key::new(&headers, None)?;
    let answer: Removed = writer(&app)?.call(&Command::Remove { id: &id, event: Event::new(&key.id) }).await?;
    app.follow.look_now();
    Ok(Json(answer.checked(&id)?))
}

/// `POST /api/config/rollback`
pub(crate) async fn roll_back(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RolledBack>, ApiError> {
    body::media_type(&headers, &[MediaType::Json])?;
    let key = Key::new(&headers, None)?;
    let Rollback { generation } = body::json(body::read(body).await?)?;
    let command = Command::RollbackConfig { generation, event: Event::new(&key.id) };
    let answer = writer(&app)?.call(&command).await?;
    app.follow.look_now();
    Ok(Json(answer))
}

/// The function that writes.
pub(super) fn writer(app: &App) -> Result<&Function, ApiError> {
    let message = "this reader only reads: it was started without WRITER_FUNCTION";
    let unavailable = || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "posting_unavailable", message);
    app.function.as_ref().ok_or_else(unavailable)
}
