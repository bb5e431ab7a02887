//! Removing messages, for the administrator.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use wall_api::{Clear, Cleared, Command, Origin, Remove, Removed, Restore, Restored};

use super::body::{self, MediaType};
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

/// The body of a restoration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Restoration {
    /// The id of the wall that was cleared.
    wall: String,
    /// The key of the request, for clients that cannot send a header.
    event: Option<String>,
}

/// `POST /api/messages/restore`: restores the messages of a cleared wall.
pub(in crate::doors) async fn restore(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Restored>, ApiError> {
    body::media_type(&headers, &[MediaType::Json])?;
    let Restoration { wall, event } = body::json(body::read_short(body).await?)?;
    let (event, source) = (Some(Key::new(&headers, event)?.id), Some(Origin::Page));
    let restored = app.writer()?.call(&Command::Restore(Restore { wall, event, source })).await?;
    app.follow.scan_now();
    Ok(Json(restored))
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
