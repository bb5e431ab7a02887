//! The page of an unknown address.

use askama::Template;

use crate::views::assets::url;

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound<'a> {
    path: &'a str,
}

/// Renders the page of an unknown address.
///
/// # Errors
/// Returns an error if the template fails.
pub(crate) fn not_found(path: &str) -> Result<String, askama::Error> {
    NotFound { path }.render()
}
