//! How the reader does, for whoever runs it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{ApiError, Outcome};
use crate::shapes::{Running, Status};
use crate::snapshot::VolumeHealth;
use crate::state::Shared;

/// `GET /live`: the process answers. It never looks at the volume, which may hang without the process being at fault.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// `GET /ready`: whether a first snapshot was read, and how old the last look is.
pub(crate) async fn ready(State(app): State<Shared>) -> Result<Json<Value>, ApiError> {
    let snapshot = app.follow.snapshot();
    if let VolumeHealth::Waiting(reason) = &snapshot.volume {
        let reason = reason.as_deref().unwrap_or("it was not read yet");
        let message = format!("waiting for the volume: {reason}");
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message).with(Outcome::Retry));
    }
    Ok(Json(json!({ "ready": true, "volume": Status::new(&app, &snapshot).volume })))
}

/// What `/api/status` says.
#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    #[serde(flatten)]
    status: Status,
    wall: String,
    cursor: String,
    messages: usize,
    damaged_lines: u64,
    config: Running<'a>,
}

/// `GET /api/status`
pub(crate) async fn status(State(app): State<Shared>) -> Response {
    let snapshot = app.follow.snapshot();
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        status: Status::new(&app, &snapshot),
        wall: snapshot.cursor.wall.to_string(),
        cursor: snapshot.cursor.to_string(),
        messages: snapshot.messages.len(),
        damaged_lines: snapshot.damaged_lines,
        config: Running::from(&*snapshot),
    };
    Json(report).into_response()
}
