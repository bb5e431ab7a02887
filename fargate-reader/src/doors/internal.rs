//! The routes of the internal port, which only writers and operators reach.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::app::Shared;
use super::error::ApiError;
use super::paths;
use super::routes::{health, look, metrics, page};

/// Returns the router of the internal port.
pub(crate) fn internal_router(app: Shared) -> Router {
    Router::new()
        .route(paths::LOOK, post(look::look))
        .route(paths::STATUS, get(health::whole_status))
        .route(paths::METRICS, get(metrics::metrics))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "route_unknown", "there is no such route"))
        .method_not_allowed_fallback(page::method_unsupported)
        .layer(from_fn(refuse_browsers))
        .with_state(app)
}

/// Refuses the requests of web pages. Writers and operators send neither of these headers.
async fn refuse_browsers(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) || request.headers().contains_key("sec-fetch-site") {
        let message = "a web page made this request; the internal port is for programs";
        return ApiError::new(StatusCode::FORBIDDEN, "cross_site", message).into_response();
    }
    next.run(request).await
}
