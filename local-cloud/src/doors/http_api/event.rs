//! The event that API Gateway makes of an HTTP request: that of an HTTP API with payload format 2.0.
//!
//! The crate `aws_lambda_events` has this type for receivers. Serialized, it would also contain fields that API Gateway
//! never sends (`httpMethod`, `type`, ...). A test reads this type with that one.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

/// The stage of the API: the first part of each path.
pub(crate) const STAGE: &str = "default";

/// The stage whose name is no part of paths.
const DEFAULT_STAGE: &str = "$default";

/// The event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HttpEvent<'a> {
    version: &'static str,
    route_key: String,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<String, String>,
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
    route_key: String,
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

/// The parts of an event that are not in the request itself.
pub(super) struct Route<'a> {
    /// The method of the route, or `ANY`.
    pub(super) method: &'a str,
    /// The path of the route, with its stage.
    pub(super) path: &'a str,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) request_id: &'a str,
    pub(super) peer: SocketAddr,
}

impl<'a> HttpEvent<'a> {
    pub(super) fn new(parts: &'a Parts, body: &[u8], route: Route<'a>) -> Self {
        let now = jiff::Timestamp::now();
        let domain_name = text(&parts.headers, header::HOST);
        let (body, is_base64_encoded) = encoded(&parts.headers, body);
        let after_stage = route.path.strip_prefix('/').and_then(|path| path.strip_prefix(STAGE));
        let (stage, path) = after_stage.map_or((DEFAULT_STAGE, route.path), |path| (STAGE, path));
        let route_key = format!("{} {path}", route.method);
        Self {
            version: "2.0",
            route_key: route_key.clone(),
            raw_path: parts.uri.path(),
            raw_query_string: parts.uri.query().unwrap_or_default(),
            cookies: cookies(&parts.headers),
            headers: forwarded(joined(&parts.headers), &route),
            query_string_parameters: query(parts),
            path_parameters: route.parameters,
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
                route_key,
                stage,
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

/// Returns the headers except cookies. Several values of one header are joined by commas.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let names = headers.keys().filter(|name| **name != header::COOKIE);
    names
        .map(|name| {
            let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            (name.as_str().to_owned(), values.collect::<Vec<_>>().join(","))
        })
        .collect()
}

/// Adds the headers that API Gateway adds.
fn forwarded(mut headers: BTreeMap<String, String>, route: &Route<'_>) -> BTreeMap<String, String> {
    let peer = route.peer.ip().to_string();
    let addresses = headers.get("x-forwarded-for").map_or_else(|| peer.clone(), |before| format!("{before}, {peer}"));
    headers.insert("x-forwarded-for".to_owned(), addresses);
    let port = headers.get("host").and_then(|host| host.rsplit_once(':')?.1.parse::<u16>().ok()).unwrap_or(80);
    headers.insert("x-forwarded-port".to_owned(), port.to_string());
    headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    let root: String = route.request_id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
    let trace = || format!("Root=1-{:08x}-{root}", jiff::Timestamp::now().as_second());
    headers.entry("x-amzn-trace-id".to_owned()).or_insert_with(trace);
    headers
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).map(|cookie| cookie.trim().to_owned()).collect()
}

/// Returns the query parameters. Several values of one parameter are joined by commas.
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

/// Returns the body, and true if it is in Base64. It is text if it is UTF-8 and its content type, if any, is one of text.
fn encoded(headers: &HeaderMap, body: &[u8]) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    match std::str::from_utf8(body) {
        Ok(body) if is_text(text(headers, header::CONTENT_TYPE)) => (Some(body.to_owned()), false),
        _ => (Some(BASE64_STANDARD.encode(body)), true),
    }
}

/// Returns true for the content types that API Gateway passes on as text. Neither forms are among them, nor types with a
/// suffix such as `+json`, nor a missing one.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&essence.as_str())
}
