//! What changes in an open page.

use std::borrow::Cow;

use askama::Template;
use jiff::Timestamp;
use shared_volume::config::Config;

use super::around::{Figure, Notice, config_figures, figures, notices, tone};
use super::wall::PostingState;
use crate::snapshot::Snapshot;

#[derive(Template)]
#[template(path = "config.html")]
struct ConfigFragments<'a> {
    config: &'a Config,
    posting: PostingState,
    notices: Vec<Notice>,
    figures: [Figure; 2],
    changes: Vec<Cow<'a, str>>,
}

/// What changes on the page with the configuration. Inserting it twice changes nothing.
pub(crate) fn config_fragments(snapshot: &Snapshot, posting: PostingState) -> Result<String, askama::Error> {
    let changes: Result<Vec<_>, _> = snapshot.changes.iter().map(|change| change.html()).collect();
    let changes = changes?;
    let changes = changes.iter().map(|change| String::from_utf8_lossy(&change.text)).collect();
    let notices = notices(snapshot, Timestamp::now());
    let (config, figures) = (&snapshot.config.config, config_figures(snapshot));
    ConfigFragments { config, posting, notices, figures, changes }.render()
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusFragments {
    streams: usize,
    notices: Vec<Notice>,
    figures: Vec<Figure>,
}

/// What changes on the page with the reader: who is here, how the volume does, the figures.
pub(crate) fn status_fragments(snapshot: &Snapshot, streams: usize, watching: &str) -> Result<String, askama::Error> {
    let (notices, figures) = (notices(snapshot, Timestamp::now()), figures(snapshot, watching));
    StatusFragments { streams, notices, figures }.render()
}
