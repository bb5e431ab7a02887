//! The requests of the administrator.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use wall_api::{Clear, Cleared, Command, Configured, Origin, Remove, Removed, RollbackConfig};

use super::body::{self, MediaType};
use super::key::Key;
use crate::doors::admin::Admin;
use crate::doors::app::Shared;
use crate::doors::error::ApiError;

/// The body of a rollback.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    generation: u64,
}

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

/// `POST /api/config/rollback`: publishes an earlier configuration again.
pub(in crate::doors) async fn roll_back(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Configured>, ApiError> {
    body::media_type(&headers, &[MediaType::Json])?;
    let (event, source) = (Some(Key::new(&headers, None)?.id), Some(Origin::Page));
    let Rollback { generation } = body::json(body::read(body).await?)?;
    let command = Command::RollbackConfig(RollbackConfig { generation, event, source, ..RollbackConfig::default() });
    let configured = app.writer()?.call(&command).await?;
    app.follow.scan_now();
    Ok(Json(configured))
}
