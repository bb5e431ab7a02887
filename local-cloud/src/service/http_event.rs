//! An HTTP request as the event API Gateway makes of it: an HTTP API with payload format 2.0.
//!
//! The crate `aws_lambda_events` has this type for the receiving side; written, it would also carry fields that
//! API Gateway never sends (`httpMethod`, `type`, ...). A test reads this one with that type.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

pub(super) const STAGE: &str = "default";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HttpEvent<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<&'static str, String>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: String,
    source_ip: String,
    user_agent: &'a str,
}

/// What the route and the service add to a request.
pub(super) struct Route<'a> {
    pub(super) key: &'a str,
    pub(super) name: Option<String>,
    pub(super) request_id: &'a str,
    pub(super) peer: SocketAddr,
}

impl<'a> HttpEvent<'a> {
    pub(super) fn new(parts: &'a Parts, body: &[u8], route: Route<'a>) -> Self {
        let now = jiff::Timestamp::now();
        let domain_name = text(&parts.headers, header::HOST);
        let (body, is_base64_encoded) = encoded(&parts.headers, body);
        Self {
            version: "2.0",
            route_key: route.key,
            raw_path: parts.uri.path(),
            raw_query_string: parts.uri.query().unwrap_or_default(),
            cookies: cookies(&parts.headers),
            headers: joined(&parts.headers),
            query_string_parameters: query(parts),
            path_parameters: route.name.map(|name| ("name", name)).into_iter().collect(),
            request_context: RequestContext {
                account_id: "123456789012",
                api_id: "messagewall",
                domain_name,
                domain_prefix: domain_name.split(['.', ':']).next().unwrap_or_default(),
                http: Http {
                    method: parts.method.as_str(),
                    path: parts.uri.path(),
                    protocol: format!("{:?}", parts.version),
                    source_ip: route.peer.ip().to_string(),
                    user_agent: text(&parts.headers, header::USER_AGENT),
                },
                request_id: route.request_id,
                route_key: route.key,
                stage: STAGE,
                time: now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                time_epoch: now.as_millisecond(),
            },
            body,
            is_base64_encoded,
        }
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Headers of one name become one, joined by commas; cookies have a place of their own.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let names = headers.keys().filter(|name| **name != header::COOKIE);
    names
        .map(|name| {
            let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            (name.as_str().to_owned(), values.collect::<Vec<_>>().join(","))
        })
        .collect()
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).map(|cookie| cookie.trim().to_owned()).collect()
}

/// Parameters of one name become one, joined by commas.
fn query(parts: &Parts) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|Query(pairs)| pairs);
    for (name, value) in pairs.unwrap_or_default() {
        joined
            .entry(name)
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    joined
}

/// The body, as text when it is text and says so or says nothing; otherwise as Base64.
fn encoded(headers: &HeaderMap, body: &[u8]) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    match std::str::from_utf8(body) {
        Ok(body) if says_text(text(headers, header::CONTENT_TYPE)) => (Some(body.to_owned()), false),
        _ => (Some(BASE64_STANDARD.encode(body)), true),
    }
}

/// API Gateway hands on these as text. Forms it encodes, which surprises many a function.
fn says_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.is_empty()
        || essence.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&essence.as_str())
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}
