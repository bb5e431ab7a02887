//! The addresses of all names.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use futures_util::future::join_all;
use tokio::time::Instant;

use crate::name::Name;
use crate::readers::Readers;

/// The names of the readers, whose addresses can be looked up.
#[derive(Debug)]
pub struct Addresses(Vec<Name>);

/// The addresses that were found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The addresses, each once.
    pub addresses: BTreeSet<SocketAddr>,
    /// The names without an address.
    pub nameless: Vec<Nameless>,
}

/// A name without an address.
#[derive(Debug, PartialEq, Eq)]
pub struct Nameless {
    /// The name, with its port.
    pub name: String,
    /// The reason, for people.
    pub reason: String,
}

impl Addresses {
    /// Prepares the look-up of names. Nothing is looked up yet.
    #[must_use]
    pub fn new(readers: Readers) -> Self {
        Self(readers.into_names().into_iter().map(Name::new).collect())
    }

    /// Returns true if there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks all names up at the same time. A name without an address makes no other wait longer. If no name server answers until
    /// `deadline`, the addresses of the last look-up are returned.
    pub async fn find(&self, deadline: Instant) -> Found {
        let look_ups = self.0.iter().map(async |name| (name, name.resolve(deadline).await));
        let mut found = Found::default();
        for (name, addresses) in join_all(look_ups).await {
            match addresses {
                Ok(addresses) => found.addresses.extend(addresses),
                Err(reason) => found.nameless.push(Nameless { name: name.text.clone(), reason }),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn an_address_with_two_names_is_found_once_and_a_name_without_an_address_is_reported() {
        let addresses = Addresses::new("127.0.0.1:9,127.0.0.1:9,no-such-host.invalid:9".parse().unwrap());
        let found = addresses.find(Instant::now() + Duration::from_secs(2)).await;
        assert_eq!(found.addresses.len(), 1);
        assert_eq!(found.nameless[0].name, "no-such-host.invalid:9");
    }
}
