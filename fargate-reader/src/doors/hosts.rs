//! The names under which the wall is served. A page of another site can make a browser send any request to this address, under a
//! name that the other site has pointed here.

use std::collections::HashSet;

use axum::http::{HeaderMap, StatusCode, Uri, Version, header};
use axum::response::{IntoResponse, Response};
use wall_api::hosts;

use super::error::ApiError;

/// The largest number of characters of a name in an error.
const SHOWN_CHARS: usize = 100;

/// The names under which the wall is served.
#[derive(Debug)]
pub(crate) struct Hosts(Option<HashSet<String>>);

impl Hosts {
    /// Takes the public names, in lower case; `None` stands for all. Private names are always served.
    pub(super) fn new(names: Option<Vec<String>>) -> Self {
        Self(names.map(HashSet::from_iter))
    }

    /// Returns the refusal of a request for another name, or of an HTTP/1.1 request that does not name one host, or two in different
    /// places, which no proxy may pass on.
    pub(super) fn refuse(&self, version: Version, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        let mut sent = headers.get_all(header::HOST).iter();
        let (host, another) = (sent.next(), sent.next());
        if another.is_some() || (host.is_none() && version >= Version::HTTP_11) {
            return Some(invalid("send one Host header"));
        }
        if uri.authority().is_some_and(|target| host.is_none_or(|host| host.as_bytes() != target.as_str().as_bytes())) {
            return Some(invalid("the Host header is not that of the address"));
        }
        let Some(names) = &self.0 else { return None };
        let Ok(host) = host?.to_str() else { return Some(invalid("the Host header is not ASCII")) };
        let name = hosts::name(host).to_ascii_lowercase();
        if hosts::is_private(&name) || names.contains(&name) {
            return None;
        }
        let shown: String = name.chars().take(SHOWN_CHARS).collect();
        let message =
            format!("this wall is not served as {shown:?}: if it should be, set ALLOWED_HOSTS or PUBLIC_ORIGIN");
        Some(ApiError::new(StatusCode::MISDIRECTED_REQUEST, "host_unknown", message).into_response())
    }
}

fn invalid(message: &str) -> Response {
    ApiError::new(StatusCode::BAD_REQUEST, "host_invalid", message).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_names_of_this_wall_are_served() {
        let status = |names: Option<&[&str]>, host: &'static str| {
            let hosts = Hosts::new(names.map(|names| names.iter().map(|name| (*name).to_owned()).collect()));
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            hosts.refuse(Version::HTTP_11, &Uri::from_static("/"), &headers).map(|response| response.status().as_u16())
        };
        let names = Some(&["wall.example.org"][..]);
        for host in
            ["wall.example.org", "WALL.example.org:443", "wall.example.org.", "127.0.0.1:8080", "[::1]", "reader:8080"]
        {
            assert_eq!(status(names, host), None, "{host}");
        }
        for host in
            ["evil.example", "wall.example.org.evil.example", "127.0.0.1.evil.example", "wall.example.org@evil.example"]
        {
            assert_eq!(status(names, host), Some(421), "{host}");
            assert_eq!(status(Some(&[]), host), Some(421), "{host}");
            assert_eq!(status(None, host), None, "{host}");
        }
    }
}
