//! Signing in with a token, and out again.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Serialize;
use shared_volume::time::optional_millis;

use super::body::{self, MediaType};
use super::parameters::Parameters;
use crate::doors::app::{App, Shared};
use crate::doors::client::Client;
use crate::doors::error::ApiError;
use crate::doors::paths;
use crate::doors::policy::accepts;
use crate::doors::visitor::{self, Visitor};
use crate::settings::Posters;
use crate::tokens::Role;
use crate::views::page;

/// The session of whoever asks.
#[derive(Debug, Serialize)]
struct SessionJson {
    role: Option<&'static str>,
    #[serde(serialize_with = "optional_millis::serialize")]
    expires: Option<Timestamp>,
    /// True if only those who have signed in may post.
    invited: bool,
}

/// `GET /login`: the page for signing in. With `token`, as in the link that `messagewall up` prints, signs in and leads to the
/// page, so that the token leaves the address bar.
pub(in crate::doors) async fn page(
    State(app): State<Shared>,
    client: Client,
    headers: HeaderMap,
    query: Parameters,
) -> Result<Response, ApiError> {
    let to = target(query.get("to")?.as_deref());
    // A page of another site may contain the address, as a link or as a picture. Then a person has to confirm it.
    let is_of_another_site = headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin");
    match query.get("token")? {
        Some(token) if !is_of_another_site => {
            begin(&app, client, &token, to).or_else(|error| show(to, "", Some(error)))
        }
        token => show(to, &token.unwrap_or_default(), None),
    }
}

/// `POST /login`: signs in with the `token` of the form.
pub(in crate::doors) async fn sign_in(
    State(app): State<Shared>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    body::media_type(&headers, &[MediaType::Form])?;
    let form = Parameters::of_form(&body::read_short(body).await?);
    let to = target(form.get("to")?.as_deref());
    let signed_in = begin(&app, client, &form.get("token")?.unwrap_or_default(), to);
    if accepts(&headers, "text/html") { signed_in.or_else(|error| show(to, "", Some(error))) } else { signed_in }
}

/// `POST /logout`: ends the session in this browser.
pub(in crate::doors) async fn sign_out(State(app): State<Shared>) -> Response {
    let mut response = Redirect::to(paths::PAGE).into_response();
    for cookie in app.guard.sessions.end() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `GET /api/session`: the role of whoever asks.
pub(in crate::doors) async fn session(State(app): State<Shared>, visitor: Visitor) -> Response {
    let session = SessionJson {
        role: visitor.role.map(Role::name),
        expires: visitor.session.map(|session| session.expires),
        invited: app.guard.posters == Posters::Token,
    };
    Json(session).into_response()
}

/// Begins a session, and leads to the page.
fn begin(app: &App, client: Client, token: &str, to: &'static str) -> Result<Response, ApiError> {
    let role = visitor::sign_in(app, client, token)?;
    let cookies = app.guard.sessions.begin(role, &app.guard.tokens);
    let changed = || ApiError::new(StatusCode::FORBIDDEN, "token_wrong", "the token has just been changed");
    let mut response = Redirect::to(to).into_response();
    let headers = response.headers_mut();
    for cookie in cookies.ok_or_else(changed)? {
        headers.append(header::SET_COOKIE, cookie);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn show(to: &str, token: &str, refused: Option<ApiError>) -> Result<Response, ApiError> {
    let message = refused.as_ref().map(|error| error.body.message.as_ref());
    let page = Html(page::sign_in(to, token, message)?);
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    let status = refused.as_ref().map_or(StatusCode::OK, |error| error.status);
    let mut response = (status, no_store, page).into_response();
    response.headers_mut().extend(refused.and_then(|error| error.retry_header()).into_iter().flatten());
    Ok(response)
}

/// Returns the page to show after signing in: one of this wall's, whatever was sent.
fn target(sent: Option<&str>) -> &'static str {
    let pages = [paths::HISTORY, paths::ADMIN];
    pages.into_iter().find(|page| sent == Some(*page)).unwrap_or(paths::PAGE)
}
