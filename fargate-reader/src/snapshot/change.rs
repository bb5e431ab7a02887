//! Changes of the configuration.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use shared_volume::config::Published;

use super::item::once;
use crate::page;
use crate::pieces::Html;

/// One publication of a configuration, for the wall's list.
#[derive(Debug)]
pub(crate) struct ConfigChange {
    /// What was published.
    pub(crate) published: Arc<Published>,
    /// The top-level fields that differ from the generation before, such as `banner`.
    pub(crate) changed: Vec<String>,
    /// When this reader saw it; unknown for what was there before the reader started.
    pub(crate) seen: Option<Timestamp>,
    /// The fragment that the page inserts, once somebody asked for it.
    pub(crate) rendered: OnceLock<Html>,
}

impl ConfigChange {
    /// The fragment that the page inserts. It is rendered once, however many browsers listen.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn html(&self) -> Result<Html, askama::Error> {
        once(Some(&self.rendered), || Ok(page::config_change(self)?.into()))
    }
}

/// Why what is on disk is not what is running.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rejected {
    /// Such as `config.json: banner.tone: unknown variant ...`.
    pub(crate) reason: String,
    /// Since when.
    pub(crate) since: Timestamp,
    /// Which file, such as `config.json`.
    pub(crate) source: &'static str,
}
