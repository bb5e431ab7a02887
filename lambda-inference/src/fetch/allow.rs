//! The hosts that pictures may be fetched from.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::address::is_public;

/// The hosts that pictures may be fetched from: a list of rules with commas between them. Without a rule no host is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchAllow(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// `*`: every name and every public address.
    Public,
    /// A name.
    Name(String),
    /// `*.name`: the names below it.
    Below(String),
    /// An address, with the port if one is given. It may be private: whoever runs the function has named it.
    Address(IpAddr, Option<u16>),
}

impl FetchAllow {
    /// Returns true if a name is allowed. Its addresses must be public all the same.
    pub(super) fn allows_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.0.iter().any(|rule| match rule {
            Rule::Public => true,
            Rule::Name(allowed) => name == *allowed,
            Rule::Below(parent) => name.strip_suffix(parent.as_str()).is_some_and(|rest| rest.ends_with('.')),
            Rule::Address(..) => false,
        })
    }

    /// Returns true if the address in a URL is allowed.
    pub(super) fn allows_address(&self, address: SocketAddr) -> bool {
        self.0.iter().any(|rule| match rule {
            Rule::Public => is_public(address.ip()),
            Rule::Address(allowed, port) => address.ip() == *allowed && port.is_none_or(|port| port == address.port()),
            Rule::Name(_) | Rule::Below(_) => false,
        })
    }
}

impl FromStr for FetchAllow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rules = text.split(',').map(str::trim).filter(|rule| !rule.is_empty());
        rules.map(rule).collect::<Result<_, _>>().map(Self)
    }
}

fn rule(text: &str) -> Result<Rule, String> {
    if text == "*" {
        return Ok(Rule::Public);
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(Rule::Address(address, None));
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(Rule::Address(address.ip(), Some(address.port())));
    }
    let (name, below) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    match (is_name, below) {
        (true, false) => Ok(Rule::Name(name.to_ascii_lowercase())),
        (true, true) => Ok(Rule::Below(name.to_ascii_lowercase())),
        (false, _) => Err(format!("{text:?} is no `*`, host name, `*.` with a host name, or address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(text: &str) -> FetchAllow {
        text.parse().unwrap()
    }

    #[test]
    fn names_and_addresses_are_allowed_by_their_rules_only() {
        let some = allow("pictures.example, *.birds.example,127.0.0.1:8000");
        for (name, allowed) in [
            ("pictures.example", true),
            ("PICTURES.example.", true),
            ("a.birds.example", true),
            ("birds.example", false),
            ("evilbirds.example", false),
            ("pictures.example.evil.example", false),
        ] {
            assert_eq!(some.allows_name(name), allowed, "{name}");
        }
        for (address, allowed) in [("127.0.0.1:8000", true), ("127.0.0.1:8001", false), ("1.1.1.1:80", false)] {
            assert_eq!(some.allows_address(address.parse().unwrap()), allowed, "{address}");
        }
        assert!(allow("*").allows_name("anything") && allow("*").allows_address("1.1.1.1:80".parse().unwrap()));
        assert!(!allow("*").allows_address("127.0.0.1:80".parse().unwrap()));
        assert!(!allow("").allows_name("anything"));
        for wrong in ["https://pictures.example", "a b", "*.", "*name"] {
            assert!(wrong.parse::<FetchAllow>().is_err(), "{wrong}");
        }
    }
}
