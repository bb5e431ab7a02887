//! The page for signing in.

use askama::Template;

use crate::views::assets::url;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    to: &'a str,
    token: &'a str,
    refused: Option<&'a str>,
}

/// Renders the page for signing in, with a token that was in its address, and the reason why the last try was refused. After
/// signing in, the browser goes on to `to`.
///
/// # Errors
/// Returns an error if the template fails.
pub(crate) fn sign_in(to: &str, token: &str, refused: Option<&str>) -> Result<String, askama::Error> {
    SignIn { to, token, refused }.render()
}
