//! What only an administrator may do.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use ulid::Ulid;

use super::body::{self, MediaType};
use crate::admin::Admin;
use crate::error::ApiError;
use crate::invoke::{Command, Function};
use crate::state::{App, Shared};

/// What to go back to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    generation: u64,
}

/// `DELETE /api/messages`
pub(crate) async fn clear(_: Admin, State(app): State<Shared>) -> Result<Json<Map<String, Value>>, ApiError> {
    let event = Ulid::generate().to_string();
    let answer = writer(&app)?.call(&Command::Clear { event: &event }).await?;
    app.follow.look_now();
    Ok(Json(answer))
}

/// `POST /api/config/rollback`
pub(crate) async fn roll_back(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Map<String, Value>>, ApiError> {
    body::media_type(&headers, &[MediaType::Json])?;
    let Rollback { generation } = body::json(&body::read(body).await?)?;
    let event = Ulid::generate().to_string();
    let answer = writer(&app)?.call(&Command::RollbackConfig { generation, event: &event }).await?;
    app.follow.look_now();
    Ok(Json(answer))
}

/// The function that writes.
pub(super) fn writer(app: &App) -> Result<&Function, ApiError> {
    let message = "this reader only reads: it was started without WRITER_FUNCTION";
    let unavailable = || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "posting_unavailable", message);
    app.function.as_ref().ok_or_else(unavailable)
}
