//! A client with an address of its own.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Result;
use reqwest::redirect::Policy;
use support::Reply;

/// A client with an address of its own, which follows no redirects.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    /// The origin of the page in the browser.
    origin: String,
}

impl Client {
    /// Creates the client `127.0.<network>.<number>` of a page at `origin`.
    pub(crate) fn new(network: u8, number: u8, origin: &str) -> Result<Self> {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, network, number));
        let http = support::client_builder().local_address(address).redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { http, origin: origin.to_owned() })
    }

    /// Posts as the page's script does over plain HTTP: with `Origin` and without `Sec-Fetch-Site`.
    pub(crate) async fn post(&self, url: &str, text: &str) -> Result<Reply> {
        let host = self.origin.trim_start_matches("http://");
        let request = self.http.post(url).header("host", host).header("origin", &self.origin);
        Reply::to(request.header("accept", "application/json").json(&serde_json::json!({ "text": text }))).await
    }
}
