//! Fetches pictures from other hosts.
//!
//! Anybody may name a URL, and the function stands inside of a private network. So every name is resolved here, every address
//! of it is checked, and the connection goes to an address that was checked; a redirect is checked in the same way.

mod address;
mod allow;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONTENT_LENGTH, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tokio::time::timeout;
use url::{Host, Url};

pub use self::allow::FetchAllow;
use crate::error::{Failure, Problem};

/// The longest time of a fetch, from the first look-up to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest number of redirects.
const MAX_REDIRECTS: usize = 5;

/// The field of the request.
const FIELD: &str = "url";

/// Fetches the bytes of a picture: at most [`pictures::MAX_BYTES`], within 10 s.
///
/// # Errors
/// Returns an error if the URL is no URL of a web page or not allowed, or if the host does not answer with a picture.
pub(crate) async fn fetch(url: &str, allow: &FetchAllow) -> Result<Vec<u8>, Failure> {
    let late =
        |_| Failure::in_field(Problem::UrlUnreachable, FIELD, format!("took longer than {} s", TIMEOUT.as_secs()));
    timeout(TIMEOUT, follow(url, allow)).await.map_err(late)?
}

async fn follow(url: &str, allow: &FetchAllow) -> Result<Vec<u8>, Failure> {
    let mut url = Url::parse(url).map_err(|error| invalid(&error.to_string()))?;
    for _ in 0..=MAX_REDIRECTS {
        let response = request(&url, allow).await?;
        match response.headers().get(LOCATION).filter(|_| is_redirect(response.status())) {
            Some(location) => {
                let location = location.to_str().map_err(|_| unreachable("redirects to no URL"))?;
                url = url.join(location).map_err(|_| unreachable("redirects to no URL"))?;
            }
            None => return body(response).await,
        }
    }
    Err(unreachable("redirects too often"))
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Sends a request to an address that is allowed.
async fn request(url: &Url, allow: &FetchAllow) -> Result<Response, Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("must not contain a user or a password"));
    }
    let host = url.host().ok_or_else(|| invalid("names no host"))?;
    let port = url.port_or_known_default().ok_or_else(|| invalid("names no port"))?;
    let addresses = allowed(&host, port, allow).await?;
    // A client for each request, because it knows one name and the addresses that were checked.
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .resolve_to_addrs(&host.to_string(), &addresses)
        .user_agent(concat!("messagewall/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| unreachable(&error.to_string()))?;
    client.get(url.clone()).send().await.map_err(|error| unreachable(&cause(&error)))
}

/// Resolves a host and returns its addresses, all of which are allowed.
async fn allowed(host: &Host<&str>, port: u16, allow: &FetchAllow) -> Result<Vec<SocketAddr>, Failure> {
    let forbidden = |what: &str| Failure::in_field(Problem::UrlForbidden, FIELD, what);
    let addresses: Vec<SocketAddr> = match host {
        Host::Ipv4(address) => vec![SocketAddr::from((*address, port))],
        Host::Ipv6(address) => vec![SocketAddr::from((*address, port))],
        Host::Domain(name) => {
            if !allow.allows_name(name) {
                return Err(forbidden("the host is not allowed by FETCH_ALLOW"));
            }
            let found = tokio::net::lookup_host((*name, port)).await;
            found.map_err(|error| unreachable(&format!("the host has no address: {error}")))?.collect()
        }
    };
    let is_allowed = |address: &SocketAddr| match host {
        Host::Domain(_) => address::is_public(address.ip()),
        Host::Ipv4(_) | Host::Ipv6(_) => allow.allows_address(*address),
    };
    if addresses.is_empty() {
        return Err(unreachable("the host has no address"));
    }
    // One address that is not public makes the name suspicious as a whole.
    if !addresses.iter().all(is_allowed) {
        return Err(forbidden("the address of the host is not public, or not allowed by FETCH_ALLOW"));
    }
    Ok(addresses)
}

async fn body(response: Response) -> Result<Vec<u8>, Failure> {
    if !response.status().is_success() {
        return Err(unreachable(&format!("the host answered {}", response.status())));
    }
    let too_large = || {
        let fault = format!("the picture has more than {} bytes", pictures::MAX_BYTES);
        Failure::in_field(Problem::PictureTooLarge, FIELD, fault)
    };
    let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > pictures::MAX_BYTES as u64) {
        return Err(too_large());
    }
    let (mut bytes, mut pieces) = (Vec::new(), response.bytes_stream());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| unreachable(&cause(&error)))?;
        if bytes.len() + piece.len() > pictures::MAX_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn invalid(fault: &str) -> Failure {
    Failure::in_field(Problem::UrlInvalid, FIELD, fault)
}

fn unreachable(fault: &str) -> Failure {
    Failure::in_field(Problem::UrlUnreachable, FIELD, fault)
}

/// Returns the innermost cause of an error. The outer ones repeat the URL.
fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
