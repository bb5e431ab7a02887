//! The routes of the internal port, which only writers and operators reach.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};

use super::app::Shared;
use super::error::ApiError;
use super::paths;
use super::routes::{health, look, metrics, page};

/// Returns the router of the internal port.
pub(crate) fn internal_router(app: Shared) -> Router {
    Router::new()
        .route(paths::LOOK, post(look::look))
        .route(paths::STATUS, get(health::status))
        .route(paths::METRICS, get(metrics::metrics))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "route_unknown", "there is no such route"))
        .method_not_allowed_fallback(page::method_unsupported)
        .with_state(app)
}
