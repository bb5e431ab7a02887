//! Names in the `Host` header of a request.

use std::net::IpAddr;

/// The ends of names that no public name server resolves.
const PRIVATE: [&str; 6] = [".localhost", ".local", ".lan", ".internal", ".home.arpa", ".test"];

/// Returns the name in a `Host` header, without the port, the brackets of an IPv6 address, and a dot at the end.
///
/// ```
/// use wall_api::hosts::name;
///
/// assert_eq!(name("wall.example.org.:8080"), "wall.example.org");
/// assert_eq!(name("[::1]:8080"), "::1");
/// ```
#[must_use]
pub fn name(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').trim_start_matches('[').trim_end_matches(']')
}

/// Returns true if a name is an address, has no dot, as names of containers, or is one that no public name server resolves.
///
/// A page of another site can point any public name at a machine in this network, and none of these.
///
/// ```
/// use wall_api::hosts::is_private;
///
/// assert!(is_private("127.0.0.1") && is_private("reader") && is_private("wall.lan"));
/// assert!(!is_private("evil.example/.lan") && !is_private(""));
/// assert!(!is_private("evil.example") && !is_private("127.0.0.1.evil.example"));
/// ```
#[must_use]
pub fn is_private(name: &str) -> bool {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let is_private = !name.contains('.') || PRIVATE.iter().any(|end| name.ends_with(end));
    name.parse::<IpAddr>().is_ok() || (is_name && is_private)
}
