//! HTTP clients of tests.

use reqwest::{Client, ClientBuilder};

/// Returns a new client of addresses on this machine.
///
/// # Panics
/// Panics if the settings of the client contradict each other.
#[must_use]
#[expect(clippy::expect_used, reason = "the settings are constant")]
pub fn client() -> Client {
    client_builder().build().expect("a client without settings")
}

/// Returns the settings of a new client of addresses on this machine. It trusts no certificate: a client that trusts those of
/// the machine reads and parses them when it is made, which takes as much of the processor as a hundred requests.
pub fn client_builder() -> ClientBuilder {
    Client::builder().tls_certs_only([])
}
