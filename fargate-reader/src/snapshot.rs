//! What the reader knows, at one moment. Handlers see the volume only through this.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;

use crate::page;

/// How many messages a page has, and a `wall` event: what somebody looks at before asking for older ones.
pub(crate) const PAGE_MESSAGES: usize = 100;

/// Everything that is served. Immutable: a change on the volume makes another one.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Where the wall ends: what a browser that shows this snapshot has seen.
    pub(crate) cursor: Cursor,
    /// Goes up when the log was rewritten although the wall is the same: cursors given out before mean nothing now.
    pub(crate) edition: u64,
    /// The newest messages, as many as the configuration keeps, oldest first.
    pub(crate) messages: Vec<Arc<Shown>>,
    /// The configuration that is running.
    pub(crate) config: Arc<Published>,
    /// The latest configuration changes, oldest first, for the wall's list.
    pub(crate) changes: Vec<Arc<ConfigChange>>,
    /// Why what is on disk is not what is running.
    pub(crate) rejected: Option<Rejected>,
    /// How the volume does.
    pub(crate) volume: VolumeHealth,
    /// How changes on the volume are noticed: `native` or `nfs`; nothing while there is no watcher.
    pub(crate) watching: Option<&'static str>,
    /// How many damaged lines were skipped since this wall was first read.
    pub(crate) damaged_lines: u64,
}

/// A message as it is shown, with the times of its journey:
/// `received` -> `at` -> `stored` -> `seen` -> (sent) -> (painted).
#[derive(Debug)]
pub(crate) struct Shown {
    /// The message's ULID; for a plain line its cursor, which is as stable.
    pub(crate) id: String,
    /// Where its line begins; with the wall, the cursor of the page before it.
    pub(crate) starts: Cursor,
    /// Where its line ends: the SSE id that says "seen up to here".
    pub(crate) ends: Cursor,
    /// Who wrote it. Nobody is known for a plain line.
    pub(crate) author: Option<String>,
    /// What was written. Line breaks are part of it.
    pub(crate) text: String,
    /// Whether another program appended it as a plain line.
    pub(crate) plain: bool,
    /// When the function got the event.
    pub(crate) received: Option<Timestamp>,
    /// When the function was about to write.
    pub(crate) at: Option<Timestamp>,
    /// When it reached the volume: the log's modification time, for messages that were read as they came.
    pub(crate) stored: Option<Timestamp>,
    /// When this reader saw it; unknown for what was there before the reader started.
    pub(crate) seen: Option<Timestamp>,
    /// The fragment that the page inserts, once somebody asked for it.
    pub(crate) rendered: OnceLock<String>,
}

/// A piece of the wall, oldest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// The messages in it.
    pub(crate) messages: &'a [Arc<Shown>],
    /// What to ask the page before it with; nothing when this is the oldest.
    pub(crate) older: Option<Cursor>,
    /// Whether there are newer messages than these.
    pub(crate) newer: bool,
}

impl Shown {
    /// The fragment that the page inserts. It is rendered once, however many browsers listen.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn html(&self) -> Result<&str, askama::Error> {
        rendered(&self.rendered, || page::message(self))
    }
}

impl Snapshot {
    /// What is served before anything was read.
    pub(crate) fn waiting() -> Self {
        Self {
            cursor: NO_WALL,
            edition: 0,
            messages: Vec::new(),
            config: Arc::new(Published::initial()),
            changes: Vec::new(),
            rejected: None,
            volume: VolumeHealth::Waiting(None),
            watching: None,
            damaged_lines: 0,
        }
    }

    /// The newest messages, at most `limit` of them.
    pub(crate) fn newest(&self, limit: usize) -> Page<'_> {
        self.page_ending(self.messages.len(), limit)
    }

    /// The messages before `cursor`, which is of this wall, at most `limit` of them.
    pub(crate) fn before(&self, cursor: Cursor, limit: usize) -> Page<'_> {
        let end = self.messages.partition_point(|shown| shown.ends.position <= cursor.position);
        self.page_ending(end, limit)
    }

    /// What somebody who has seen the wall up to `cursor` has missed; nothing when that cannot be told exactly.
    pub(crate) fn missed(&self, cursor: Cursor) -> Option<&[Arc<Shown>]> {
        let oldest = self.messages.first().map_or(self.cursor.position, |shown| shown.starts.position);
        // Whoever saw no wall at all has missed a new one from its beginning.
        if cursor == NO_WALL && oldest == 0 {
            return Some(&self.messages);
        }
        if cursor.wall != self.cursor.wall || cursor.position > self.cursor.position || cursor.position < oldest {
            return None;
        }
        let first = self.messages.partition_point(|shown| shown.ends.position <= cursor.position);
        let missed = &self.messages[first..];
        let between_messages = missed.first().is_none_or(|shown| cursor.position <= shown.starts.position);
        between_messages.then_some(missed)
    }

    fn page_ending(&self, end: usize, limit: usize) -> Page<'_> {
        let first = end.saturating_sub(limit);
        let messages = &self.messages[first..end];
        let older = messages.first().filter(|_| first > 0).map(|shown| shown.starts);
        Page { messages, older, newer: end < self.messages.len() }
    }
}

/// The cursor of a wall on which nothing was ever written.
pub(crate) const NO_WALL: Cursor = Cursor::NO_WALL;

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
    pub(crate) rendered: OnceLock<String>,
}

impl ConfigChange {
    /// The fragment that the page inserts. It is rendered once, however many browsers listen.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn html(&self) -> Result<&str, askama::Error> {
        rendered(&self.rendered, || page::config_change(self))
    }
}

/// What was rendered, or is now.
fn rendered(
    once: &OnceLock<String>,
    render: impl FnOnce() -> Result<String, askama::Error>,
) -> Result<&str, askama::Error> {
    if let Some(html) = once.get() {
        return Ok(html);
    }
    let html = render()?;
    Ok(once.get_or_init(|| html))
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

/// How the volume does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum VolumeHealth {
    /// No read has succeeded yet, and why, if one was tried.
    Waiting(Option<String>),
    /// The last read succeeded.
    Ok,
    /// Reads fail; what is served is the last good state.
    Failing {
        /// The first error.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
}
