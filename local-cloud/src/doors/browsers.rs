//! Refuses the requests of web pages: any page that is open on this machine could otherwise command the wall.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use wall_api::hosts;

/// The header in which a browser tells which page has made a request. `none` is a person who has typed the address.
const SITE: &str = "sec-fetch-site";

/// Refuses a request of a web page, and a request to a name that somebody else may have pointed at this machine.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_of_page = headers.contains_key(header::ORIGIN) || headers.get(SITE).is_some_and(|site| site != "none");
    if is_of_page {
        return refusal("a web page made this request; only programs may use this port");
    }
    if !is_of_this_network(headers) {
        return refusal("the Host header is a public name; use an address, or a name without a dot");
    }
    next.run(request).await
}

fn refusal(message: &str) -> Response {
    (StatusCode::FORBIDDEN, Json(json!({ "message": message }))).into_response()
}

/// Returns true if the host is an address, a name without a dot, as containers have, or a name that no public server resolves.
fn is_of_this_network(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    host.to_str().is_ok_and(|host| hosts::is_private(&hosts::name(host).to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_public_name_is_not_of_this_network() {
        let is_of_this_network =
            |host| super::is_of_this_network(&HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]));
        for host in
            ["127.0.0.1:9000", "127.0.0.1", "[::1]:9000", "localhost:9000", "cloud", "host.docker.internal:9000"]
        {
            assert!(is_of_this_network(host), "{host}");
        }
        for host in ["evil.example:9000", "evil.example", "evil.example.", "127.0.0.1.evil.example:9000"] {
            assert!(!is_of_this_network(host), "{host}");
        }
    }
}
