//! Responses that a client has in its cache.

use axum::http::HeaderMap;
use headers::{ETag, HeaderMapExt, IfNoneMatch};

/// Returns true if the client has the response that `etag` names, by `If-None-Match`.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let Ok(etag) = etag.parse::<ETag>() else { return false };
    headers.typed_get::<IfNoneMatch>().is_some_and(|known| !known.precondition_passes(&etag))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn etags_are_compared_weakly_in_any_list() {
        let is_known = |sent: &'static str, etag| {
            is_known(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(sent))]), etag)
        };
        for sent in [r#""a-1""#, r#"W/"a-1""#, r#""b", W/"a-1""#, "*"] {
            assert!(is_known(sent, r#"W/"a-1""#) && is_known(sent, r#""a-1""#), "{sent}");
        }
        assert!(!is_known(r#""b""#, r#""a-1""#));
        assert!(!super::is_known(&HeaderMap::new(), r#""a-1""#));
    }
}
