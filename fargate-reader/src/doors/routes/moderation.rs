//! Removing messages, for the administrator.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use wall_api::{Clear, Cleared, Command, Origin, Remove, Removed};

use super::key::Key;
use crate::doors::app::Shared;
use crate::doors::error::ApiError;
use crate::doors::visitor::Admin;

/// `DELETE /api/messages`: removes all messages.
pub(in crate::doors) async fn clear(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<Cleared>, ApiError> {
    let (event, source) = (Some(Key::new(&headers, None)?.id), Some(Origin::Page));
    let cleared = app.writer()?.call(&Command::Clear(Clear { event, source })).await?;
    app.follow.scan_now();
    Ok(Json(cleared))
}

/// `DELETE /api/messages/<id>`: removes one message.
pub(in crate::doors) async fn remove(
    _: Admin,
    State(app): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<Removed>, ApiError> {
    let Path(id) = id?;
    let (event, source) = (Some(Key::new(&headers, None)?.id), Some(Origin::Page));
    let removed = app.writer()?.remove(Remove { id, by: None, event, source }).await?;
    app.follow.scan_now();
    Ok(Json(removed))
}
