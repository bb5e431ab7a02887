//! `/api/config`: the configuration, for programs.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared_volume::config::{Config, KEPT_GENERATIONS, MAX_GENERATION};

use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::error::ApiError;
use crate::doors::visitor::Visitor;
use crate::views::history::{PAGE_ENTRIES, RefusedJson, diff_json, history_json};
use crate::views::json::ConfigJson;

/// The largest number of entries that one request returns.
const MAX_ENTRIES: usize = KEPT_GENERATIONS as usize;

/// `GET /api/config`: the configuration that is running, with what the visitor may see.
pub(in crate::doors) async fn running(State(app): State<Shared>, visitor: Visitor) -> Response {
    let snapshot = visitor.snapshot(&app);
    let config = if visitor.is_admin() { ConfigJson::whole } else { ConfigJson::for_strangers };
    Json(config(&snapshot)).into_response()
}

/// `GET /api/config/schema`: the JSON schema of a configuration.
pub(in crate::doors) async fn schema() -> Json<Value> {
    Json(Config::schema())
}

/// `GET /api/config/history`: what each configuration changed, newest first.
pub(in crate::doors) async fn history(
    State(app): State<Shared>,
    visitor: Visitor,
    query: Parameters,
) -> Result<Response, ApiError> {
    let before = query.get("before")?.map(|before| generation("before", &before)).transpose()?;
    let limit = query.get("limit")?.map(|limit| entries(&limit)).transpose()?.unwrap_or(PAGE_ENTRIES);
    let json = history_json(&*visitor.history(&app).await, before, limit).map_err(askama::Error::custom)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// `GET /api/config/diff`: the fields in which two kept configurations differ.
pub(in crate::doors) async fn diff(
    State(app): State<Shared>,
    visitor: Visitor,
    query: Parameters,
) -> Result<Json<Value>, ApiError> {
    let number = |name| {
        let number = query.get(name)?.ok_or_else(|| ApiError::parameter(name, "is missing"))?;
        generation(name, &number)
    };
    let (from, to) = (number("from")?, number("to")?);
    let history = visitor.history(&app).await;
    let known = |name, generation| history.get(generation).ok_or_else(|| unknown(name, generation));
    Ok(Json(diff_json(&*known("from", from)?, &*known("to", to)?)))
}

/// `GET /api/config/rejected`: the newest refused events that are about the configuration, newest first.
pub(in crate::doors) async fn rejected(State(app): State<Shared>, visitor: Visitor) -> Response {
    let history = visitor.history(&app).await;
    let rejected: Vec<_> = history.refused.iter().map(|refused| RefusedJson::from(&**refused)).collect();
    Json(json!({ "rejected": rejected })).into_response()
}

/// Creates the error of a generation that is not kept.
pub(super) fn unknown(name: &'static str, generation: u64) -> ApiError {
    let fault = format!("generation {generation} is not in the history");
    ApiError::in_field(StatusCode::NOT_FOUND, "generation_unknown", name, &fault)
}

/// Parses a generation.
pub(super) fn generation(name: &'static str, text: &str) -> Result<u64, ApiError> {
    let generation = text.parse::<u64>().ok().filter(|generation| *generation <= MAX_GENERATION);
    generation.ok_or_else(|| ApiError::parameter(name, &format!("must be a generation, 0 or more, is {text:?}")))
}

fn entries(text: &str) -> Result<usize, ApiError> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_ENTRIES).contains(limit));
    limit.ok_or_else(|| ApiError::parameter("limit", &format!("must be 1 to {MAX_ENTRIES}, is {text:?}")))
}
