//! The page for administering the wall without a script.

use askama::Template;
use shared_volume::config::Config;
use ulid::Ulid;

use super::figures::grouped;
use crate::follow::{MessagePage, Snapshot};
use crate::views::assets::url;
use crate::views::entry::printable;
use crate::views::moment::Moment;

/// The longest part of a text on the page, in characters.
const SHOWN_CHARS: usize = 280;

/// The content of the page.
#[derive(Debug)]
pub(crate) struct AdminPage<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) page: MessagePage<'a>,
    /// True if there is an administrator to sign in as.
    pub(crate) can_sign_in: bool,
    pub(crate) is_admin: bool,
    /// The role of its reader, in words; `None` for a stranger.
    pub(crate) signed_in: Option<&'static str>,
    pub(crate) done: Option<Done>,
    /// The reason why the last form was refused.
    pub(crate) refused: Option<String>,
    /// The wall that was cleared last.
    pub(crate) cleared: Option<String>,
    /// The key of the last try, if it has to be sent again.
    pub(crate) event: Option<String>,
}

/// The effect of the last form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Removed,
    Cleared,
    Restored,
}

struct Row {
    id: String,
    author: String,
    text: String,
    moment: Option<Moment>,
    event: String,
}

#[derive(Template)]
#[template(path = "admin.html")]
struct AdminTemplate<'a> {
    here: &'static str,
    config: &'a Config,
    count: String,
    content: &'a AdminPage<'a>,
    signed_in: Option<&'static str>,
    rows: Vec<Row>,
    older: Option<String>,
    event: String,
}

/// Renders the page.
///
/// # Errors
/// Returns an error if the template fails.
pub(crate) fn admin(content: &AdminPage<'_>) -> Result<String, askama::Error> {
    let messages = content.page.messages.iter().rev().filter(|_| content.is_admin);
    let rows = messages.map(|message| Row {
        id: message.id.clone(),
        author: message.author.as_deref().map(|author| printable(author).into_owned()).unwrap_or_default(),
        text: shortened(&printable(&message.text)),
        moment: message.written().map(Moment::from),
        event: Ulid::generate().to_string(),
    });
    let template = AdminTemplate {
        here: "admin",
        config: &content.snapshot.config.config,
        count: grouped(content.snapshot.messages.len()),
        content,
        signed_in: content.signed_in,
        rows: rows.collect(),
        older: content.page.older.map(|older| older.to_string()),
        // That of the form that clears ends in a letter more.
        event: content
            .event
            .as_deref()
            .map_or_else(|| Ulid::generate().to_string(), |event| event.trim_end_matches('c').to_owned()),
    };
    template.render()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
