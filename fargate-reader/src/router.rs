//! The whole URL space.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::metrics;
use crate::policy;
use crate::routes::{admin, assets, config, events, health, messages, page, posting};
use crate::state::Shared;

/// Everything that is served.
pub(crate) fn router(app: Shared) -> Router {
    Router::new()
        // People.
        .route("/", get(page::wall))
        .route("/w/{name}", get(page::named_wall))
        .route("/assets/{*path}", get(assets::asset))
        .route("/accent.css", get(assets::accent))
        // The page's script, and programs.
        .route("/events", get(events::events))
        .route("/api/messages", get(messages::list).post(posting::post).delete(admin::clear))
        .route("/api/messages/{id}", delete(admin::remove))
        .route("/api/config", get(config::running))
        .route("/api/config/schema", get(config::schema))
        .route("/api/config/history", get(config::history))
        .route("/api/config/rollback", post(admin::roll_back))
        .route("/api/status", get(health::status))
        // Whoever runs it.
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        // Everybody else.
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::method_unsupported)
        .layer(CsrfLayer::new().with_rejection_response(policy::refuse_cross_site))
        .layer(from_fn(policy::plain_refusals))
        .layer(from_fn(policy::secure))
        .layer(from_fn_with_state(Shared::clone(&app), metrics::count))
        // A failure is logged where it is handled; here it would only be logged again.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .with_state(app)
}
