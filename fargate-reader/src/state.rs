//! What the handlers share.

use std::sync::Arc;

use shared_volume::config::Posting;
use tokio_util::sync::CancellationToken;

use crate::follow::Follow;
use crate::invoke::Function;
use crate::metrics::Metrics;
use crate::page::PostingState;
use crate::settings::AdminToken;
use crate::snapshot::Snapshot;

/// Every long-lived part of the service.
#[derive(Debug)]
pub(crate) struct App {
    /// What is known of the volume.
    pub(crate) follow: Follow,
    /// Who writes; nobody when no function is configured.
    pub(crate) function: Option<Function>,
    /// What an administrator sends; nothing when there is none.
    pub(crate) admin_token: Option<AdminToken>,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// Cancelled when shutdown begins: every stream ends then.
    pub(crate) shutdown: CancellationToken,
}

/// How handlers get it.
pub(crate) type Shared = Arc<App>;

impl App {
    /// Whether somebody may post, as far as the reader knows. The function has the last word.
    pub(crate) fn posting(&self, snapshot: &Snapshot) -> PostingState {
        match (&self.function, snapshot.config.config.posting) {
            (None, _) => PostingState::Unavailable,
            (Some(_), Posting::Closed) => PostingState::Closed,
            (Some(_), Posting::Open) => PostingState::Open,
        }
    }
}
