//! The parts of an open page that change.

use std::borrow::Cow;

use askama::Template;
use jiff::Timestamp;
use shared_volume::config::Config;

use super::figures::{Figure, config_figures, figures};
use super::notices::{Notice, notices, tone, volume_state};
use crate::follow::Snapshot;
use crate::views::{PostingState, View};

#[derive(Template)]
#[template(path = "config.html")]
struct ConfigFragments<'a> {
    config: &'a Config,
    posting: PostingState,
    volume: &'static str,
    notices: Vec<Notice>,
    figures: [Figure; 2],
    changes: Vec<Cow<'a, str>>,
}

/// Renders the fragments that change with the configuration. Inserting them twice changes nothing.
///
/// # Errors
/// Returns an error if a template fails.
pub(crate) fn config_fragments(view: &View, posting: PostingState) -> Result<String, askama::Error> {
    let changes: Result<Vec<_>, _> = view.changes.iter().map(|change| change.html()).collect();
    let changes = changes?;
    let changes = changes.iter().map(|change| String::from_utf8_lossy(change.text.plain())).collect();
    let snapshot = &view.snapshot;
    let (volume, notices) = (volume_state(&snapshot.volume), notices(snapshot, Timestamp::now()));
    let (config, figures) = (&snapshot.config.config, config_figures(snapshot));
    ConfigFragments { config, posting, volume, notices, figures, changes }.render()
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusFragments {
    streams: usize,
    volume: &'static str,
    notices: Vec<Notice>,
    figures: Vec<Figure>,
}

/// Renders the fragments that change with the state of the reader: the number of streams, the notices and the figures.
///
/// # Errors
/// Returns an error if a template fails.
pub(crate) fn status_fragments(snapshot: &Snapshot, streams: usize) -> Result<String, askama::Error> {
    let (notices, figures) = (notices(snapshot, Timestamp::now()), figures(snapshot));
    let volume = volume_state(&snapshot.volume);
    StatusFragments { streams, volume, notices, figures }.render()
}
