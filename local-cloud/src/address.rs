//! Addresses to listen on, and URLs.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::Uri;
use axum::http::uri::InvalidUri;
use tokio::net::TcpListener;

/// A host and a port to listen on. The host may be a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListenAddress(String);

/// The reason why a program cannot listen on an address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    /// Another program listens there.
    #[error("{address} is in use; end the program that uses it, or choose another address with {flag}")]
    InUse { address: ListenAddress, flag: &'static str },
    /// Any other reason.
    #[error("cannot listen on {address} ({flag})")]
    Other {
        address: ListenAddress,
        flag: &'static str,
        #[source]
        source: io::Error,
    },
}

impl FromStr for ListenAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
        match port {
            Some(Ok(_)) => Ok(Self(text.to_owned())),
            _ => Err("must be a host and a port, such as 127.0.0.1:8080"),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Listens on `address`. An error names `flag`, the argument that sets the address.
pub(crate) async fn bind(address: &ListenAddress, flag: &'static str) -> Result<TcpListener, BindError> {
    let address = address.clone();
    TcpListener::bind(&address.0).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse { address, flag },
        _ => BindError::Other { address, flag, source },
    })
}

/// Returns the address at which this machine reaches a listener.
pub(crate) fn reachable(listener: &TcpListener) -> io::Result<SocketAddr> {
    let mut address = listener.local_addr()?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

/// Parses a URL with a scheme and a host.
pub(crate) fn parse_url(text: &str) -> Result<Uri, String> {
    let url: Uri = text.parse().map_err(|error: InvalidUri| error.to_string())?;
    if url.scheme().is_none() || url.host().is_none() {
        return Err("must be a URL, such as http://127.0.0.1:9000".to_owned());
    }
    Ok(url)
}

/// Returns true if a URL leads to this machine.
pub(crate) fn is_loopback(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let ip = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listen_address_has_a_host_and_a_port() {
        for text in ["127.0.0.1:8080", "[::1]:0", "localhost:80", "0.0.0.0:65535"] {
            assert_eq!(text.parse(), Ok(ListenAddress(text.to_owned())));
        }
        for text in ["", "here", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:http"] {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        assert!(parse_url("http://127.0.0.1:9000/status").is_ok());
        for text in ["", "here", "/status", "127.0.0.1:9000", "http://", "http://a b"] {
            assert!(parse_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_url_with_a_loopback_or_unspecified_host_leads_to_this_machine() {
        for (url, is_here) in [
            ("http://127.0.0.1:9000", true),
            ("http://127.8.0.1", true),
            ("http://[::1]:9000/", true),
            ("http://localhost:9000", true),
            ("http://0.0.0.0:9000", true),
            ("https://LocalHost", true),
            ("http://192.0.2.7:9000", false),
            ("http://localhost.example.com", false),
            ("/path", false),
        ] {
            assert_eq!(is_loopback(&Uri::from_static(url)), is_here, "{url}");
        }
    }
}
