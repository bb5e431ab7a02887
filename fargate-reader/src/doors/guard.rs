//! Everything that protects the wall from its clients.

use tower_http::csrf::ConfigError;

use super::catching_up::CatchingUp;
use super::hosts::Hosts;
use super::places::Places;
use super::policy::{self, SameOrigin};
use super::posts::PostLimits;
use super::session::Sessions;
use super::tries::Tries;
use crate::settings::{Posters, Settings};
use crate::tokens::Tokens;

/// Everything that protects the wall from its clients.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) tokens: Tokens,
    pub(super) posters: Posters,
    pub(super) sessions: Sessions,
    pub(super) tries: Tries,
    pub(super) posts: PostLimits,
    pub(super) places: Places,
    pub(super) catching_up: CatchingUp,
    pub(super) hosts: Hosts,
    /// The number of proxies in front.
    pub(super) proxies: usize,
    pub(super) same_origin: SameOrigin,
}

impl Guard {
    /// Takes the settings. Streams leave an eighth of all connections to other requests, such as health checks.
    ///
    /// # Errors
    /// Returns an error if an origin is none that a browser can send.
    pub(crate) fn new(settings: &Settings, connections: usize) -> Result<Self, ConfigError> {
        let addresses = &settings.addresses;
        let is_secure = addresses.origins.iter().any(|origin| origin.starts_with("https://"));
        let streams = settings.limits.streams.min(connections - connections / 8);
        Ok(Self {
            tokens: Tokens::new(&settings.roles),
            posters: settings.roles.posters,
            sessions: Sessions::new(settings.roles.session, is_secure),
            tries: Tries::default(),
            posts: PostLimits::new(&settings.limits),
            places: Places::new(streams, settings.limits.streams_per_client),
            catching_up: CatchingUp::new(&settings.limits),
            hosts: Hosts::new(addresses.hosts.clone()),
            proxies: addresses.proxies,
            same_origin: policy::same_origin(&addresses.origins)?,
        })
    }
}
