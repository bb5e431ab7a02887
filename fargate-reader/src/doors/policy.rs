//! Rules for every response: who may send a request, and what a browser may do with the response.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

use super::error::ApiError;
use crate::views::page;

/// The content security policy: no other host, no inline code, and no frame around the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// The media types of errors for people.
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The headers that limit what a browser may do with a response.
static SECURITY: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Sets the headers that limit what a browser may do with a response. A handler may set stricter ones.
pub(super) fn add_security_headers(headers: &mut HeaderMap) {
    for (name, value) in &SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Sends errors to clients that do not accept JSON in a form that they do accept: as a page, or as one line of text.
pub(super) async fn readable_errors(request: Request, next: Next) -> Response {
    let [json, html, plain] =
        ["application/json", "text/html", "text/plain"].map(|media_type| accepts(request.headers(), media_type));
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    if json {
        return response;
    }
    let message = &error.body.message;
    let page = html.then(|| page::error(error.status.as_u16(), message).ok()).flatten();
    let (media_type, body) = match page {
        Some(page) => (HTML, page),
        None if plain => (TEXT, format!("{message}\n")),
        None => return response,
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    (parts, body).into_response()
}

/// The layer that refuses requests of other sites.
pub(super) type SameOrigin = CsrfLayer<fn(ProtectionError) -> Response>;

/// Returns the layer that refuses requests that another site made with a visitor's browser.
///
/// # Errors
/// Returns an error if an origin is none that a browser can send.
pub(super) fn same_origin(origins: &[String]) -> Result<SameOrigin, ConfigError> {
    let refuse: fn(ProtectionError) -> Response = |_| {
        let message = "another site made this request: write to this wall from its own page or without a browser. If this is its \
                       own page behind a proxy, set PUBLIC_ORIGIN to the page's origin, such as https://wall.example.org";
        ApiError::new(StatusCode::FORBIDDEN, "cross_site", message).into_response()
    };
    origins
        .iter()
        .try_fold(CsrfLayer::new(), CsrfLayer::add_trusted_origin)
        .map(|layer| layer.with_rejection_response(refuse))
}

/// Removes the port from the Host header if it is the default one of the origin's scheme: browsers leave it out of the origin,
/// and some proxies add it.
pub(super) fn remove_default_port(headers: &mut HeaderMap) {
    let port = match headers.get(header::ORIGIN).map(HeaderValue::as_bytes) {
        Some(origin) if origin.starts_with(b"http://") => ":80",
        Some(origin) if origin.starts_with(b"https://") => ":443",
        _ => return,
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.strip_suffix(port)?.parse().ok());
    if let Some(host) = host {
        headers.insert(header::HOST, host);
    }
}

/// Returns the refusal of a request whose body is encoded in another way than in chunks. A proxy may read the length of such a
/// body differently, so nothing behind it is taken for a request.
pub(super) fn refuse_transfer_encoding(headers: &HeaderMap) -> Option<Response> {
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let (first, another) = (encodings.next()?, encodings.next());
    if first.as_bytes().eq_ignore_ascii_case(b"chunked") && another.is_none() {
        return None;
    }
    let message = "Transfer-Encoding: must be chunked, once";
    let refusal =
        ApiError::new(StatusCode::BAD_REQUEST, "transfer_encoding_invalid", message).about("Transfer-Encoding");
    Some(([(header::CONNECTION, "close")], refusal).into_response())
}

/// Keeps answers that depend on the role of whoever asks out of the caches of proxies.
pub(super) async fn keep_private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("cookie, authorization"));
    response
}

/// Returns true if the client names this media type among those that it accepts.
pub(super) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let range = range.split_once(';').map_or(range, |(range, _)| range);
        range.trim().eq_ignore_ascii_case(media_type)
    })
}
