//! `/api/config`: the configuration, for programs.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared_volume::config::Config;

use crate::doors::app::Shared;
use crate::views::json::{ChangeJson, ConfigJson};

/// `GET /api/config`: the configuration that is running.
pub(in crate::doors) async fn running(State(app): State<Shared>) -> Response {
    Json(ConfigJson::from(&*app.follow.snapshot())).into_response()
}

/// `GET /api/config/schema`: the JSON schema of a configuration.
pub(in crate::doors) async fn schema() -> Json<Value> {
    Json(Config::schema())
}

/// `GET /api/config/history`: the latest changes, newest first.
pub(in crate::doors) async fn history(State(app): State<Shared>) -> Json<Value> {
    let snapshot = app.follow.snapshot();
    let changes: Vec<_> = snapshot.changes.iter().rev().map(|change| ChangeJson::from(&**change)).collect();
    Json(json!({ "history": changes }))
}
