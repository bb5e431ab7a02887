//! The names of the readers, and their addresses.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use futures_util::future::join_all;
use tokio::net::lookup_host;
use wall_api::{NotApplied, TaskState};

/// The names of the readers: `host:port`, separated by commas. A name has the addresses of all tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readers(Vec<String>);

/// The addresses of all readers.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) addresses: BTreeSet<SocketAddr>,
    /// The names without an address.
    pub(super) missing: Vec<NotApplied>,
}

impl fmt::Display for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

impl FromStr for Readers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let check = |name: &str| {
            let port = name.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            match port {
                Some(Ok(1..)) => Ok(name.to_owned()),
                _ => Err(format!("{name:?} is not a host and a port, such as reader.wall.internal:8081")),
            }
        };
        names.map(check).collect::<Result<_, _>>().map(Self)
    }
}

impl Readers {
    /// Returns true if there are no readers to tell anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Resolves all names.
    pub(super) async fn resolve(&self) -> Found {
        let look_ups = self.0.iter().map(async |name| (name, lookup_host(name).await));
        let mut found = Found::default();
        for (name, addresses) in join_all(look_ups).await {
            match addresses {
                Ok(addresses) => found.addresses.extend(addresses),
                Err(error) => found.missing.push(missing(name, error.to_string())),
            }
        }
        found
    }

    /// Returns all names as names without an address.
    pub(super) fn unresolved(&self, reason: &'static str) -> Found {
        let missing = self.0.iter().map(|name| missing(name, reason)).collect();
        Found { missing, ..Found::default() }
    }
}

/// Returns a reader without an address.
fn missing(name: &str, reason: impl Into<Cow<'static, str>>) -> NotApplied {
    NotApplied { address: name.to_owned(), task: None, state: TaskState::Silent, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_hosts_with_ports() {
        for text in ["127.0.0.1:8081", "reader.wall.internal:8081, [::1]:9", ""] {
            text.parse::<Readers>().unwrap();
        }
        for text in ["reader", ":8081", "reader:", "reader:0", "reader:70000", "a:1,b"] {
            assert!(text.parse::<Readers>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_task_with_two_names_is_told_once_and_a_name_without_an_address_is_reported() {
        let readers: Readers = "127.0.0.1:9,127.0.0.1:9,no-such-host.invalid:9".parse().unwrap();
        let found = readers.resolve().await;
        assert_eq!(found.addresses.len(), 1);
        assert_eq!(found.missing[0].address, "no-such-host.invalid:9");
    }
}
