//! `GET /metrics`, and the middleware that completes and counts responses.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::doors::app::{App, Shared};
use crate::doors::policy::add_security_headers;
use crate::doors::visitor::Admin;

/// The media type of OpenMetrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics` at the internal port: the metrics, in the format of OpenMetrics.
pub(in crate::doors) async fn metrics(State(app): State<Shared>) -> Response {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], app.metrics.text(&app.follow)).into_response()
}

/// `GET /metrics` at the public port: only for an administrator.
pub(in crate::doors) async fn for_admin(_: Admin, app: State<Shared>) -> Response {
    metrics(app).await
}

/// Counts every response, by the route: there is no limit to the number of paths.
pub(in crate::doors) async fn count(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = known_method(request.method());
    let mut response = next.run(request).await;
    finish(&app, route.as_ref().map_or("none", MatchedPath::as_str), method, &mut response);
    response
}

/// Adds the headers of every response, and counts it.
pub(in crate::doors) fn finish(app: &App, route: &str, method: &'static str, response: &mut Response) {
    add_security_headers(response.headers_mut());
    let status = response.status().as_u16();
    app.metrics.count(route, method, status);
    // A failure is logged where it is handled; here it would be logged a second time.
    tracing::debug!(method, route, status, "request_answered");
}

/// Returns the method, or `other`: a client may invent methods, and each would be one more series.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
