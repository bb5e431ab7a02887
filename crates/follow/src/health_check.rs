//! `follow health-check`: asks the listener if everything is in place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::tell::get;

/// The longest wait for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks `/ready` on the address that the settings name.
///
/// # Errors
/// Returns the reason why the program is not ready.
pub(crate) async fn check(listen: SocketAddr) -> Result<(), String> {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listen.port());
    let url = format!("http://{address}/ready").parse().map_err(|error| format!("{address}: {error}"))?;
    match get(&url, PATIENCE).await {
        Ok((200, _)) => Ok(()),
        Ok((status, body)) => Err(format!("{address} answered {status}: {body}")),
        Err(error) => Err(format!("{address}: {error}")),
    }
}
