//! Addresses of a test's own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context, Result};

/// An address on this machine that nobody listens on.
///
/// It lies below the ports that the system gives to outgoing connections, so that only another test could take it
/// before the process under test does.
///
/// # Errors
/// When no free port was found.
pub fn free_address() -> Result<SocketAddr> {
    let ports = std::iter::repeat_with(|| fastrand::u16(10_000..32_000)).take(1000);
    let mut addresses = ports.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    addresses.find(|address| TcpListener::bind(address).is_ok()).context("no port is free")
}
