//! The parts that the handlers share.

use std::sync::Arc;

use axum::http::StatusCode;
use shared_volume::config::Posting;
use tokio::sync::watch;

use super::error::ApiError;
use super::guard::Guard;
use super::metrics::Metrics;
use super::pulse::Pulse;
use crate::around::{Around, TaskReport};
use crate::follow::{Follow, Journey, Snapshot};
use crate::invoke::Function;
use crate::pictures::Pictures;
use crate::tokens::Role;
use crate::views::json::StatusJson;
use crate::views::{PostingState, View, Views};

/// The long-lived parts of the service.
#[derive(Debug)]
pub(crate) struct App {
    /// The id of this task, by which its answers are recognised.
    pub(crate) task: String,
    pub(crate) follow: Follow,
    pub(crate) views: Views,
    /// The function that writes; `None` if no function is configured.
    pub(crate) function: Option<Function>,
    /// The pictures; `None` if the wall has none.
    pub(crate) pictures: Option<Arc<Pictures>>,
    /// The function that classifies pictures; `None` if they have no labels.
    pub(crate) inference: Option<Arc<Function>>,
    /// The other tasks and the local cloud.
    pub(crate) around: Around,
    /// The times that messages took.
    pub(crate) journey: Journey,
    pub(crate) guard: Guard,
    pub(crate) metrics: Metrics,
    /// The news for all streams. The channel closes when shutdown begins, and every stream ends then.
    pub(crate) pulse: watch::Receiver<Pulse>,
}

/// The state of the handlers.
pub(crate) type Shared = Arc<App>;

impl App {
    /// Returns the view of the newest snapshot.
    pub(crate) fn view(&self) -> Arc<View> {
        self.views.of(self.follow.snapshot())
    }

    /// Returns true if somebody can be an administrator, who can change the wall.
    pub(crate) fn has_admin(&self) -> bool {
        self.guard.tokens.is_set(Role::Admin) && self.function.is_some()
    }

    /// Returns the function that writes the wall.
    ///
    /// # Errors
    /// Returns `posting_unavailable` if no function is configured.
    pub(crate) fn writer(&self) -> Result<&Function, ApiError> {
        let message = "this reader only reads: it was started without WRITER_FUNCTION";
        let unavailable = || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "posting_unavailable", message);
        self.function.as_ref().ok_or_else(unavailable)
    }

    /// Returns the state of posting in the newest snapshot. The function makes the decision when a message is posted.
    pub(crate) fn posting(&self, snapshot: &Snapshot) -> PostingState {
        match (&self.function, snapshot.config.config.posting) {
            (None, _) => PostingState::Unavailable,
            (Some(_), Posting::Closed) => PostingState::Closed,
            (Some(_), Posting::Open) => PostingState::Open,
        }
    }

    /// Returns the report of this task, for the others and for the status page.
    pub(crate) fn report(&self) -> TaskReport {
        TaskReport::new(&self.task, &self.follow)
    }

    /// Returns the state of the reader.
    pub(crate) fn status(&self, snapshot: &Snapshot) -> StatusJson {
        StatusJson::new(snapshot, &self.follow, self.posting(snapshot))
    }
}
