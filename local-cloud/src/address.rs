//! Addresses to listen on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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
