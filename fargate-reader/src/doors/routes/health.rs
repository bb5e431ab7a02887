//! The state of the reader, for operators.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use shared_volume::time::{now, to_text};
use wall_api::Outcome;

use super::parameters::Parameters;
use crate::around::TaskReport;
use crate::doors::app::{App, Shared};
use crate::doors::error::ApiError;
use crate::doors::visitor::Visitor;
use crate::follow::{Snapshot, VolumeHealth};
use crate::views::json::{ConfigJson, StatusJson};

/// The header with the time of the answer, by which a page compares its clock with that of the task.
const NOW: &str = "x-messagewall-now";

/// `GET /live`: succeeds while the process answers, even if the volume hangs.
pub(in crate::doors) async fn live() -> impl IntoResponse {
    ([(NOW, to_text(now()))], Json(json!({ "live": true })))
}

/// `GET /ready`: succeeds once the wall has been read, and reports the health of the volume.
pub(in crate::doors) async fn ready(State(app): State<Shared>) -> Result<Json<Value>, ApiError> {
    let snapshot = Arc::clone(&app.view().snapshot);
    if let VolumeHealth::Waiting(reason) = &snapshot.volume {
        let reason = reason.as_deref().unwrap_or("it was not read yet");
        let message = format!("waiting for the volume: {reason}");
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message).with(Outcome::Retry));
    }
    Ok(Json(json!({ "ready": true, "volume": app.status(&snapshot).volume })))
}

/// The response of `/api/status`.
#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    #[serde(flatten)]
    status: StatusJson,
    wall: String,
    cursor: String,
    messages: usize,
    damaged_lines: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<ConfigJson<'a>>,
    /// The report for other tasks, at the internal port only.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<TaskReport>,
}

/// `GET /api/status`: the state of the reader and of the wall, with what the visitor may see.
pub(in crate::doors) async fn status(State(app): State<Shared>, visitor: Visitor) -> Response {
    let snapshot = visitor.snapshot(&app);
    let config = if visitor.is_admin() { ConfigJson::whole } else { ConfigJson::for_strangers };
    report(&app, &snapshot, Some(config(&snapshot)), None)
}

/// `GET /api/status` at the internal port: everything; with `config=false` without the configuration, which may be large.
pub(in crate::doors) async fn whole_status(State(app): State<Shared>, query: Parameters) -> Result<Response, ApiError> {
    let snapshot = app.follow.snapshot();
    let is_short = query.get("config")?.is_some_and(|config| config == "false");
    let config = (!is_short).then(|| ConfigJson::whole(&snapshot));
    Ok(report(&app, &snapshot, config, Some(app.report())))
}

fn report(app: &App, snapshot: &Snapshot, config: Option<ConfigJson<'_>>, task: Option<TaskReport>) -> Response {
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        status: app.status(snapshot),
        wall: snapshot.cursor.wall.to_string(),
        cursor: snapshot.cursor.to_string(),
        messages: snapshot.messages.len(),
        damaged_lines: snapshot.damaged_lines,
        config,
        task,
    };
    Json(report).into_response()
}
