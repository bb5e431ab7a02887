//! The encoding of a response that a client accepts.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::chunked;
use crate::views::Encoding;

/// The header of responses that come in several encodings.
pub(crate) const VARY: (HeaderName, HeaderValue) = (header::VARY, HeaderValue::from_static("accept-encoding"));

/// Returns the encoding for a client: gzip if it names that among those that it accepts, and does not prefer plain text.
pub(super) fn accepted(headers: &HeaderMap) -> Encoding {
    let sent = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut gzip, mut plain) = (0, 0);
    for range in sent.flat_map(|value| value.split(',')) {
        let (name, weight) = range.split_once(';').map_or((range, Some(1000)), |(name, rest)| (name, weight(rest)));
        match (name.trim(), weight) {
            (name, Some(weight)) if name.eq_ignore_ascii_case("gzip") => gzip = weight,
            (name, Some(weight)) if name.eq_ignore_ascii_case("identity") => plain = weight,
            _ => {}
        }
    }
    if gzip > 0 && gzip >= plain { Encoding::Gzip } else { Encoding::Plain }
}

/// Returns the weight in a parameter such as `q=0.5`, in thousandths. `None` if it is invalid.
fn weight(parameter: &str) -> Option<u32> {
    let (name, value) = parameter.trim().split_once('=')?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_weight = name.eq_ignore_ascii_case("q") && matches!(whole, "0" | "1") && fraction.len() <= 3;
    if !is_weight || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let weight = format!("{whole}{fraction:0<3}").parse().ok()?;
    (weight <= 1000).then_some(weight)
}

// The encoding of the response.
impl<S: Sync> FromRequestParts<S> for Encoding {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(accepted(&parts.headers))
    }
}

/// Returns a response whose body is in this encoding, and in others for other clients.
pub(crate) fn encoded(encoding: Encoding, content_type: &'static str, body: Vec<Bytes>) -> Response {
    let mut response = chunked::body(body).into_response();
    let headers = response.headers_mut();
    headers.reserve(10);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    mark(headers, encoding);
    response
}

/// Adds the headers that tell the encoding of a body.
pub(crate) fn mark(headers: &mut HeaderMap, encoding: Encoding) {
    let (vary, by) = VARY;
    headers.insert(vary, by);
    if encoding == Encoding::Gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_only_for_clients_that_name_it() {
        let of = |sent: &'static str| {
            accepted(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(sent))]))
        };
        for sent in [
            "gzip",
            "br, gzip",
            "GZIP;q=0.5",
            "gzip;Q=1",
            "deflate , gzip ; q=1.0,br",
            "identity;q=0.1, gzip;q=0.1",
            "gzip;q=0.001",
        ] {
            assert_eq!(of(sent), Encoding::Gzip, "{sent}");
        }
        for sent in [
            "",
            "br",
            "gzip;q=0",
            "gzip;q=0.0, br",
            "*",
            "x-gzip2",
            "gzip;q=much",
            "gzip;q=2",
            "gzip;q=1.001",
            "gzip;q=+1",
            "gzip;q=inf",
            "identity;q=1, gzip;q=0.1",
        ] {
            assert_eq!(of(sent), Encoding::Plain, "{sent}");
        }
        assert_eq!(accepted(&HeaderMap::new()), Encoding::Plain);
    }
}
