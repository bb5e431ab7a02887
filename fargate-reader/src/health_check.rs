//! The health check of a container without a shell.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use crate::settings::Arguments;

/// The timeout of connecting, and of each read.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Returns exit code 0 if the reader that listens on the port of `arguments` answers `/live` with success, else 1.
#[must_use]
pub fn check_health(arguments: &Arguments) -> ExitCode {
    ExitCode::from(u8::from(!is_live(arguments.listen).unwrap_or(false)))
}

fn is_live(listen: SocketAddr) -> io::Result<bool> {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    let mut connection = TcpStream::connect_timeout(&SocketAddr::new(ip, listen.port()), TIMEOUT)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.write_all(b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    connection.read_exact(&mut status)?;
    Ok(&status == b"HTTP/1.1 200")
}
