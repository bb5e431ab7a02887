//! Free addresses.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use socket2::{Domain, Socket, Type};

/// The UDP ports of the addresses that were handed out. A UDP port reserves the TCP port of the same number among all
/// tests of this machine until the process under test listens on it.
static RESERVED: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// Returns an address on which nothing listens. No other test gets it while this process runs.
///
/// The port is below the range that the system uses for outgoing connections.
///
/// # Errors
/// Returns an error if no free port was found.
pub fn free_address() -> Result<SocketAddr> {
    let ports = std::iter::repeat_with(|| fastrand::u16(10_000..32_000)).take(1000);
    let mut addresses = ports.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    addresses.find(|address| reserve(*address)).context("no port is free")
}

fn reserve(address: SocketAddr) -> bool {
    let Ok(reservation) = UdpSocket::bind(address) else { return false };
    let is_free = bind(address).is_ok();
    if is_free {
        RESERVED.lock().unwrap_or_else(PoisonError::into_inner).push(reservation);
    }
    is_free
}

/// Binds the address without listening on it. A process that is being started may inherit the socket for a moment: one that
/// listened would keep the program under test from the port.
fn bind(address: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())
}
