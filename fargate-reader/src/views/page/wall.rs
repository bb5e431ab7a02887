//! The whole page.

use askama::Template;
use axum::body::Bytes;
use jiff::Timestamp;
use shared_volume::config::Config;
use shared_volume::message::MAX_AUTHOR_CHARS;
use ulid::Ulid;
use wall_api::ErrorBody;

use super::figures::{Figure, figures};
use super::list::list;
use super::model::model;
use super::notices::{Notice, notices, tone};
use crate::follow::MessagePage;
use crate::pictures::MAX_UPLOAD_BYTES;
use crate::views::assets::url;
use crate::views::moment::Moment;
use crate::views::{Pieces, PostingState, View};

/// The content of the page.
#[derive(Debug)]
pub(crate) struct WallPage<'a> {
    pub(crate) view: &'a View,
    /// The messages to show: the newest, or those before a cursor.
    pub(crate) page: MessagePage<'a>,
    pub(crate) form: FormState,
    pub(crate) posting: PostingState,
    /// True if there is an administrator, who can remove messages.
    pub(crate) admin: bool,
    /// The number of open streams.
    pub(crate) streams: usize,
}

/// The content of the form.
#[derive(Debug, Default)]
pub(crate) struct FormState {
    pub(crate) text: String,
    pub(crate) author: String,
    /// The error of the last try; `None` for an empty form.
    pub(crate) refused: Option<ErrorBody>,
    /// The key of the last try, if it has to be sent again. Otherwise the form gets a new one.
    pub(crate) event: Option<String>,
}

#[derive(Template)]
#[template(path = "wall.html")]
struct Wall<'a> {
    here: &'static str,
    config: &'a Config,
    posting: PostingState,
    pictures: bool,
    max_picture_bytes: usize,
    admin: bool,
    form: &'a FormState,
    event: String,
    refused: Option<&'a ErrorBody>,
    /// The field of the form that the error is about; empty if it is about none.
    refused_field: &'a str,
    streams: usize,
    notices: Vec<Notice>,
    figures: Vec<Figure>,
    model: Vec<Figure>,
    /// The place of the list: [`LIST`].
    list: &'static str,
    newer: bool,
    now: Moment,
    max_author_chars: usize,
}

/// The mark at the place of the list while the rest is rendered. No text contains it, because `<` is escaped.
const LIST: &str = "<list>";

/// Renders the whole page.
///
/// # Errors
/// Returns an error if a template fails.
pub(crate) fn wall(content: &WallPage<'_>) -> Result<Pieces, askama::Error> {
    let (now, snapshot) = (Timestamp::now(), &content.view.snapshot);
    let refused = content.form.refused.as_ref();
    let page = Wall {
        here: "wall",
        config: &snapshot.config.config,
        posting: content.posting,
        pictures: content.view.features.pictures,
        max_picture_bytes: MAX_UPLOAD_BYTES,
        admin: content.admin,
        form: &content.form,
        event: content.form.event.clone().unwrap_or_else(|| Ulid::generate().to_string()),
        refused,
        refused_field: refused.and_then(|refused| refused.field.as_deref()).unwrap_or_default(),
        streams: content.streams,
        notices: notices(snapshot, now),
        figures: figures(snapshot),
        model: model(snapshot),
        list: LIST,
        newer: content.page.newer,
        now: now.into(),
        max_author_chars: MAX_AUTHOR_CHARS,
    };
    let page = page.render()?;
    let (above, below) = page.split_once(LIST).unwrap_or((&page, ""));
    let mut pieces = Pieces::from(Bytes::from(above.to_owned()));
    pieces.extend(list(content.view, &content.page)?.html());
    pieces.push(below.to_owned());
    Ok(pieces)
}
