//! The whole page.

use askama::Template;
use jiff::Timestamp;
use shared_volume::config::Config;
use shared_volume::message::MAX_AUTHOR_CHARS;
use wall_api::ErrorBody;

use super::figures::{Figure, figures};
use super::list::list;
use super::model::model;
use super::notices::{Notice, notices, tone, volume_state};
use super::origin::Origin;
use crate::follow::MessagePage;
use crate::pictures::MAX_UPLOAD_BYTES;
use crate::views::WallText;
use crate::views::assets::{modules, url};
use crate::views::moment::Moment;
use crate::views::text::TextBuilder;
use crate::views::{PostingState, View};

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
    /// True if only those who have signed in may post.
    pub(crate) invited: bool,
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
    /// The key of the last try, if it has to be sent again. Otherwise each form that is sent gets a new one.
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
    invited: bool,
    /// The role of whoever reads the page; `None`, because the page is the same for all. A script shows it.
    signed_in: Option<&'static str>,
    form: &'a FormState,
    /// The place of a new key: [`KEY`].
    key: &'static str,
    refused: Option<&'a ErrorBody>,
    /// The field of the form that the error is about; empty if it is about none.
    refused_field: &'a str,
    streams: usize,
    /// The addresses of the modules that the script imports.
    modules: Vec<String>,
    origin: Origin,
    generation: u64,
    volume: &'static str,
    notices: Vec<Notice>,
    figures: Vec<Figure>,
    model: Vec<Figure>,
    /// The place of the list: [`LIST`].
    list: &'static str,
    newer: bool,
    /// True if the page shows no message, and it is known that there is none.
    is_empty: bool,
    now: Moment,
    max_author_chars: usize,
}

/// The mark at the place of the list while the rest is rendered. No text contains it, because `<` is escaped.
const LIST: &str = "<list>";

/// The mark at the place of the form's key.
const KEY: &str = "<key>";

/// Renders the whole page.
///
/// # Errors
/// Returns an error if a template fails.
pub(crate) fn wall(content: &WallPage<'_>) -> Result<WallText, askama::Error> {
    let (now, snapshot) = (Timestamp::now(), &content.view.snapshot);
    let refused = content.form.refused.as_ref();
    let notices = notices(snapshot, now);
    let is_empty = content.page.messages.is_empty() && !notices.iter().any(|notice| notice.waiting);
    let page = Wall {
        here: "wall",
        config: &snapshot.config.config,
        posting: content.posting,
        pictures: content.view.features.pictures,
        max_picture_bytes: MAX_UPLOAD_BYTES,
        admin: content.admin,
        invited: content.invited,
        signed_in: None,
        form: &content.form,
        key: KEY,
        refused,
        refused_field: refused.and_then(|refused| refused.field.as_deref()).unwrap_or_default(),
        streams: content.streams,
        modules: modules(),
        origin: Origin::of(snapshot),
        generation: snapshot.config.generation,
        volume: volume_state(&snapshot.volume),
        notices,
        figures: figures(snapshot),
        model: model(snapshot),
        list: LIST,
        newer: content.page.newer,
        is_empty,
        now: now.into(),
        max_author_chars: MAX_AUTHOR_CHARS,
    };
    let page = page.render()?;
    let (above, below) = page.split_once(LIST).unwrap_or((&page, ""));
    let (before, between) = above.split_once(KEY).map_or((above, None), |(before, between)| (before, Some(between)));
    let (mut before_key, mut behind_key) = (TextBuilder::default(), TextBuilder::default());
    before_key.push(before);
    let rest = if between.is_some() { &mut behind_key } else { &mut before_key };
    rest.push(between.unwrap_or_default());
    list(content.view, &content.page)?.push(rest);
    rest.push(below);
    Ok(WallText::new(before_key.finish(), between.is_some().then(|| behind_key.finish())))
}
