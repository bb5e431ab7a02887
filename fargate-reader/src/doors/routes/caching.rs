//! Responses that a client has in its cache.

use axum::http::{HeaderMap, HeaderValue, header};
use headers::{ETag, HeaderMapExt, IfNoneMatch};

/// Returns true if the client has the response that `etag` names, by `If-None-Match`.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let Ok(etag) = etag.parse::<ETag>() else { return false };
    if headers.get_all(header::IF_NONE_MATCH).iter().any(has_space_in_tag) {
        return false;
    }
    headers.typed_get::<IfNoneMatch>().is_some_and(|known| !known.precondition_passes(&etag))
}

/// Returns true if a tag between quotes has white space, which RFC 9110 forbids. `headers` asserts that none has.
fn has_space_in_tag(tags: &HeaderValue) -> bool {
    let mut quoted = tags.as_bytes().split(|byte| *byte == b'"').skip(1).step_by(2);
    quoted.any(|tag| tag.iter().any(u8::is_ascii_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags_are_compared_weakly_in_any_list() {
        let is_known = |sent: &'static str, etag| {
            is_known(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(sent))]), etag)
        };
        for sent in [r#""a-1""#, r#"W/"a-1""#, r#""b", W/"a-1""#, "*"] {
            assert!(is_known(sent, r#"W/"a-1""#) && is_known(sent, r#""a-1""#), "{sent}");
        }
        for sent in [r#""b""#, r#""a 1""#, "\"a-1\", \"a\tb\"", r#"W/" ", "a-1""#] {
            assert!(!is_known(sent, r#""a-1""#), "{sent}");
        }
        assert!(!super::is_known(&HeaderMap::new(), r#""a-1""#));
    }
}
