//! The client of a request, as the limits count clients.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;

/// The header to which each proxy adds the address that it was called from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The number of bits of an IPv6 address that one client has: its network chooses the others.
const IPV6_PREFIX: u32 = 64;

/// The address at the other end of the connection. It is an extension of each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The client of a request: an IPv4 address, or the first 64 bits of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Client(IpAddr);

impl Client {
    /// Returns the client behind a number of proxies: the address that the outermost of them has added. What stands before it was
    /// sent by the client, who may have made it up. A request without that many addresses did not come through the proxies, and
    /// is the peer's.
    pub(super) fn behind(proxies: usize, peer: IpAddr, headers: &HeaderMap) -> Self {
        let values: Vec<_> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        let mut added = values.iter().rev().flat_map(|value| value.rsplit(',')).map(str::trim);
        let address = proxies.checked_sub(1).and_then(|inner| added.nth(inner)).and_then(address);
        Self(network(address.unwrap_or(peer)))
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
impl<A: Into<IpAddr>> From<A> for Client {
    fn from(address: A) -> Self {
        Self(network(address.into()))
    }
}

/// Parses an address, to which some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let host_bits = u128::MAX.checked_shr(IPV6_PREFIX).unwrap_or_default();
            Ipv6Addr::from_bits(address.to_bits() & !host_bits).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_trusted_proxies_have_added_counts() {
        let client = |proxies, values: &[&'static str]| {
            let values = values.iter().map(|value| (FORWARDED_FOR.parse().unwrap(), HeaderValue::from_static(value)));
            Client::behind(proxies, [192, 0, 2, 9].into(), &values.collect()).to_string()
        };
        let forged = ["1.1.1.1, 2.2.2.2", "203.0.113.5,198.51.100.7"];
        assert_eq!(client(0, &forged), "192.0.2.9");
        assert_eq!(client(1, &forged), "198.51.100.7");
        assert_eq!(client(2, &forged), "203.0.113.5");
        for odd in [&[][..], &["", "198.51.100.7"][..1], &["unknown"], &["198.51.100.7, for=1"]] {
            assert_eq!(client(1, odd), "192.0.2.9", "{odd:?}");
        }
        assert_eq!(client(3, &["1.1.1.1, 2.2.2.2"]), "192.0.2.9");
        assert_eq!(client(1, &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(client(1, &["[2001:db8:1:2:3:4:5:6]:4711"]), "2001:db8:1:2::");
        assert_eq!(client(1, &["2001:db8:1:2:ffff::1"]), "2001:db8:1:2::");
        assert_eq!(client(1, &["::ffff:198.51.100.7"]), "198.51.100.7");
    }
}
