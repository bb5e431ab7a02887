//! The whole page.

use askama::Template;
use axum::body::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use shared_volume::config::Config;
use shared_volume::message::MAX_AUTHOR_CHARS;
use ulid::Ulid;

use super::around::{Figure, Notice, figures, notices, tone};
use super::assets::url;
use super::list::messages_page;
use super::moment::Moment;
use crate::pieces::Pieces;
use crate::snapshot::{Page, Snapshot};

/// The wall's page, and what it needs besides the snapshot.
#[derive(Debug)]
pub(crate) struct WallPage<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// The messages to show: the newest, or those before a cursor.
    pub(crate) page: Page<'a>,
    pub(crate) form: FormState,
    pub(crate) posting: PostingState,
    /// Whether there is an administrator, who can take messages off.
    pub(crate) admin: bool,
    /// How many browsers follow the wall now.
    pub(crate) streams: usize,
    /// How the volume is watched, in words, such as `every 250 ms`.
    pub(crate) watching: &'a str,
}

/// What somebody typed, kept when it was refused.
#[derive(Debug, Default)]
pub(crate) struct FormState {
    pub(crate) text: String,
    pub(crate) author: String,
    pub(crate) refused: Option<Refused>,
    /// The key under which it was sent; nothing for what is sent for the first time, which gets a key of its own.
    pub(crate) event: Option<String>,
}

/// Why a message was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The stable name, such as `message_too_long`.
    pub(crate) error: String,
    /// What is wrong, for people.
    pub(crate) message: String,
}

/// Whether somebody may post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PostingState {
    /// Everybody may.
    Open,
    /// The configuration says no.
    Closed,
    /// No function is configured that could write.
    Unavailable,
}

impl PostingState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unavailable => "unavailable",
        }
    }
}

#[derive(Template)]
#[template(path = "wall.html")]
struct Wall<'a> {
    config: &'a Config,
    posting: PostingState,
    admin: bool,
    form: &'a FormState,
    event: String,
    /// Why the last try was refused.
    refused: Option<&'a str>,
    /// The field that is to blame for it.
    blamed: &'static str,
    streams: usize,
    notices: Vec<Notice>,
    figures: Vec<Figure>,
    /// Where the list goes: [`LIST`].
    list: &'static str,
    newer: bool,
    now: Moment,
    max_author_chars: usize,
}

/// Stands for the list while the rest is rendered. Nobody else can write it: in a text `<` is escaped.
const LIST: &str = "<list>";

/// The whole page.
pub(crate) fn wall(view: &WallPage<'_>) -> Result<Pieces, askama::Error> {
    let now = Timestamp::now();
    let reason = view.form.refused.as_ref().map(Reason::of);
    let page = Wall {
        config: &view.snapshot.config.config,
        posting: view.posting,
        admin: view.admin,
        form: &view.form,
        event: view.form.event.clone().unwrap_or_else(|| Ulid::generate().to_string()),
        refused: reason.as_ref().map(|reason| reason.message),
        blamed: reason.as_ref().map_or("", |reason| reason.field),
        streams: view.streams,
        notices: notices(view.snapshot, now),
        figures: figures(view.snapshot, view.watching),
        list: LIST,
        newer: view.page.newer,
        now: now.into(),
        max_author_chars: MAX_AUTHOR_CHARS,
    };
    let page = page.render()?;
    let (above, below) = page.split_once(LIST).unwrap_or((&page, ""));
    let mut pieces = Pieces::from(Bytes::from(above.to_owned()));
    pieces.extend(messages_page(view.snapshot, &view.page)?.html());
    pieces.push(below.to_owned());
    Ok(pieces)
}

/// Why a message was refused, and which field is to blame.
#[derive(Debug, PartialEq, Eq)]
struct Reason<'a> {
    field: &'static str,
    message: &'a str,
}

impl<'a> Reason<'a> {
    fn of(refused: &'a Refused) -> Self {
        let named = ["text", "author"].into_iter().find_map(|field| {
            let message = refused.message.strip_prefix(field)?.strip_prefix(": ")?;
            Some(Self { field, message })
        });
        named.unwrap_or(Self { field: "", message: &refused.message })
    }
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound<'a> {
    path: &'a str,
}

/// The page for an address that leads nowhere.
pub(crate) fn not_found(path: &str) -> Result<String, askama::Error> {
    NotFound { path }.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_by_the_field_that_it_names() {
        let reason = |message: &str| {
            let refused = Refused { error: "message_blocked".to_owned(), message: message.to_owned() };
            let Reason { field, message } = Reason::of(&refused);
            (field, message.to_owned())
        };
        assert_eq!(reason("text: the message is empty"), ("text", "the message is empty".to_owned()));
        assert_eq!(reason("author: must be short"), ("author", "must be short".to_owned()));
        assert_eq!(reason("the function is busy"), ("", "the function is busy".to_owned()));
    }
}
