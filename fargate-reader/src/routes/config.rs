//! The configuration, as programs see it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared_volume::config::Config;

use crate::shapes::{Change, Running};
use crate::state::Shared;

/// `GET /api/config`
pub(crate) async fn running(State(app): State<Shared>) -> Response {
    Json(Running::from(&*app.follow.snapshot())).into_response()
}

/// `GET /api/config/schema`
pub(crate) async fn schema() -> Json<Value> {
    Json(Config::schema())
}

/// `GET /api/config/history`: the latest changes, newest first.
pub(crate) async fn history(State(app): State<Shared>) -> Json<Value> {
    let snapshot = app.follow.snapshot();
    let changes: Vec<_> = snapshot.changes.iter().rev().map(|change| Change::from(&**change)).collect();
    Json(json!({ "history": changes }))
}
