//! The page of an error that no other page shows.

use askama::Template;

use super::visible::visible;
use crate::views::assets::url;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    title: &'static str,
    message: &'a str,
}

/// Renders the page of an error with this HTTP status.
///
/// # Errors
/// Returns an error if the template fails.
pub(crate) fn error(status: u16, message: &str) -> Result<String, askama::Error> {
    let title = match status {
        404 => "Nothing is here",
        429 | 503 => "Not now",
        500.. => "This failed",
        _ => "This cannot be done",
    };
    ErrorPage { title, message: &visible(message) }.render()
}
