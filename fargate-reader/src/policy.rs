//! What holds for every answer: who may ask, and what a browser may do with it.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::ProtectionError;

use crate::error::ApiError;

/// No other host, nothing inline, no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// Sets the headers that keep a browser from doing more with an answer than was meant.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Tells refusals as one line of text to whoever asked for text.
pub(crate) async fn plain_refusals(request: Request, next: Next) -> Response {
    let plain = accepts(request.headers(), "text/plain") && !accepts(request.headers(), "application/json");
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(refusal) if plain => {
            let (mut parts, _) = response.into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            (parts, format!("{}\n", refusal.message)).into_response()
        }
        _ => response,
    }
}

/// Refuses what another site had somebody's browser send.
pub(crate) fn refuse_cross_site(_: ProtectionError) -> Response {
    let message = "another site made this request; write to this wall from its own page or without a browser";
    ApiError::new(StatusCode::FORBIDDEN, "cross_site", message).into_response()
}

/// Whether the client named this media type among those that it accepts.
pub(crate) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let range = range.split_once(';').map_or(range, |(range, _)| range);
        range.trim().eq_ignore_ascii_case(media_type)
    })
}
