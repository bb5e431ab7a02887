//! Addresses to listen on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;
use tokio::net::TcpListener;

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    #[error("{address} is in use; end what uses it, or choose another address with {flag}")]
    InUse { address: String, flag: &'static str },
    #[error("cannot listen on {address} ({flag})")]
    Other {
        address: String,
        flag: &'static str,
        #[source]
        source: io::Error,
    },
}

/// Listens on `address`, which `flag` chose.
pub(crate) async fn bind(address: &str, flag: &'static str) -> Result<TcpListener, BindError> {
    let address = address.to_owned();
    TcpListener::bind(&address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse { address, flag },
        _ => BindError::Other { address, flag, source },
    })
}

/// Whether a URL leads to this machine itself.
pub(crate) fn is_loopback(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let ip = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

/// The address at which this machine reaches a listener.
pub(crate) fn reachable(listener: &TcpListener) -> io::Result<SocketAddr> {
    let mut address = listener.local_addr()?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_leads_to_this_machine_is_known_as_such() {
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
