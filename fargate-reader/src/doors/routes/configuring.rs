//! Changing the configuration, for the administrator.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use wall_api::{ChangeConfig, Command, Configured, Origin, PublishConfig, RollbackConfig};

use super::body::{self, MediaType};
use super::key::Key;
use crate::doors::app::{App, Shared};
use crate::doors::error::ApiError;
use crate::doors::visitor::Admin;

/// The longest time that a form waits for its configuration to come back from the volume, so that the next page shows it.
const RETURN_TIMEOUT: Duration = Duration::from_secs(2);

/// The body of a change: a patch, or a whole configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    patch: Option<Value>,
    config: Option<Value>,
    expected_generation: Option<u64>,
    note: Option<String>,
    /// The key of the request, for clients that cannot send a header.
    event: Option<String>,
}

/// The body of a rollback.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    generation: u64,
    expected_generation: Option<u64>,
    note: Option<String>,
    /// The key of the request, for clients that cannot send a header.
    event: Option<String>,
}

/// `POST /api/config`: changes fields of the configuration, or publishes a whole one.
pub(in crate::doors) async fn change(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Configured>, ApiError> {
    body::media_type(&headers, &[MediaType::Json])?;
    let Change { patch, config, expected_generation, note, event } = body::json(body::read(body).await?)?;
    let (event, source) = (Some(Key::new(&headers, event)?.id), Some(Origin::Page));
    let command = match (patch, config) {
        (Some(patch), None) => Command::ChangeConfig(ChangeConfig { patch, expected_generation, note, event, source }),
        (None, Some(config)) => {
            Command::PublishConfig(PublishConfig { config, expected_generation, note, event, source })
        }
        (Some(_), Some(_)) => return Err(body::malformed("config: was sent beside `patch`: send one").about("config")),
        (None, None) => return Err(body::malformed("patch: is missing: send `patch` or `config`").about("patch")),
    };
    Ok(Json(publish(&app, &command).await?))
}

/// `POST /api/config/rollback`: publishes an earlier configuration again; with the generation 0 the defaults.
pub(in crate::doors) async fn roll_back(
    _: Admin,
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Configured>, ApiError> {
    body::media_type(&headers, &[MediaType::Json])?;
    let Rollback { generation, expected_generation, note, event } = body::json(body::read(body).await?)?;
    let (event, source) = (Some(Key::new(&headers, event)?.id), Some(Origin::Page));
    let command = RollbackConfig { generation, expected_generation, note, event, source };
    Ok(Json(publish(&app, &Command::RollbackConfig(command)).await?))
}

/// Makes the function publish.
pub(super) async fn publish(app: &App, command: &Command) -> Result<Configured, ApiError> {
    let configured = app.writer()?.call(command).await?;
    app.follow.scan_now();
    Ok(configured)
}

/// Waits until the reader has seen this generation, at most [`RETURN_TIMEOUT`].
pub(super) async fn returned(app: &App, generation: u64) {
    let mut snapshots = app.follow.subscribe();
    let seen = snapshots.wait_for(|snapshot| snapshot.config.generation >= generation);
    // If it takes longer, the page is sent without the change.
    drop(tokio::time::timeout(RETURN_TIMEOUT, seen).await);
}
