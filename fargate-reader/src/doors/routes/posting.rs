//! `POST /api/messages`: posts a message, for a program, the page's script, or a form without a script.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use shared_volume::message::Picture;
use shared_volume::wall::Cursor;
use wall_api::{Command, MessageView, Origin, Outcome, Post, Posted};

use super::body::{self, MediaType};
use super::key::Key;
use super::page::wall_page;
use super::parameters::{Malformed, Parameters};
use crate::doors::app::{App, Shared};
use crate::doors::error::ApiError;
use crate::doors::paths;
use crate::doors::policy::accepts;
use crate::doors::visitor::Poster;
use crate::views::page::FormState;

/// The longest time that a form waits until the reader has read its message from the volume, so that the next page shows it.
const RETURN_TIMEOUT: Duration = Duration::from_secs(2);

/// The body of a request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    pub(super) text: String,
    #[serde(default)]
    pub(super) author: Option<String>,
    /// The key of the request, for clients that cannot send a header.
    #[serde(default)]
    pub(super) event: Option<String>,
}

/// The answer to a program.
#[derive(Debug, Serialize)]
struct Answer {
    #[serde(flatten)]
    message: MessageView<'static>,
    repeated: bool,
}

/// `POST /api/messages`: 201 for a new message, 200 for one that was posted before with the same key.
pub(in crate::doors) async fn post(
    State(app): State<Shared>,
    poster: Result<Poster, ApiError>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let is_form = accepts(&headers, "text/html");
    if !is_form {
        poster.clone()?;
    }
    let draft = match read(&headers, body).await {
        // A form that is refused comes back with its text.
        Ok(draft) => match poster {
            Ok(_) => draft,
            Err(error) => return refused(&app, draft, error),
        },
        Err(error) if is_form => return refused(&app, Draft::default(), error),
        Err(error) => return Err(error),
    };
    let sent = send(&app, &headers, &draft, None).await;
    answer(&app, draft, sent, is_form).await
}

/// Answers a program with the message, or a form with the page that shows it.
pub(super) async fn answer(
    app: &App,
    draft: Draft,
    sent: Result<Posted, ApiError>,
    is_form: bool,
) -> Result<Response, ApiError> {
    match sent {
        Ok(posted) if is_form => {
            let seen = returned(app, &posted.message.id).await;
            let page = seen.map_or_else(|| paths::PAGE.to_owned(), |seen| format!("{}?seen={seen}", paths::PAGE));
            Ok(Redirect::to(&page).into_response())
        }
        Ok(Posted { message, repeated: true }) => {
            // For clients that read no JSON.
            let repeated = [("x-messagewall-repeated", "true")];
            Ok((StatusCode::OK, repeated, Json(Answer { message, repeated: true })).into_response())
        }
        Ok(Posted { message, repeated: false }) => {
            Ok((StatusCode::CREATED, Json(Answer { message, repeated: false })).into_response())
        }
        Err(error) if is_form => refused(app, draft, error),
        Err(error) => Err(error),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Draft, ApiError> {
    let media_type = body::media_type(headers, &[MediaType::Json, MediaType::Text, MediaType::Form])?;
    let body = body::read(body).await?;
    match media_type {
        MediaType::Json => body::json(body),
        MediaType::Text => Ok(Draft { text: body::text(body)?, ..Draft::default() }),
        MediaType::Form => form(body),
    }
}

/// Reads a form, which has a field `text`. Any other body is the text itself: `curl -d` sends this content type by default.
fn form(body: Vec<u8>) -> Result<Draft, ApiError> {
    let form = Parameters::of_form(&body);
    if !form.has("text") {
        return Ok(Draft { text: body::text(body)?, ..Draft::default() });
    }
    let field = |name| {
        form.value(name).map_err(|malformed| {
            let message = format!("the form in the body: {name}: {malformed}");
            let error = match malformed {
                Malformed::Repeated => body::malformed(message),
                Malformed::NotUtf8(_) => body::not_utf8(message),
            };
            error.about(name)
        })
    };
    let author = field("author")?.map(|author| author.trim().to_owned()).filter(|author| !author.is_empty());
    let event = field("event")?.filter(|event| !event.is_empty());
    // Browsers send line breaks as CRLF.
    Ok(Draft { text: field("text")?.unwrap_or_default().replace("\r\n", "\n"), author, event })
}

/// Makes the function write the message. Returns it as it is on the wall.
///
/// # Errors
/// Returns the errors of the function, and `event_id_invalid`.
pub(super) async fn send(
    app: &App,
    headers: &HeaderMap,
    draft: &Draft,
    picture: Option<Picture>,
) -> Result<Posted, ApiError> {
    let key = Key::new(headers, draft.event.clone())?;
    let (text, author) = (draft.text.clone(), draft.author.clone());
    let command = Command::Post(Post { text, picture, author, event: Some(key.id), source: Some(Origin::Page) });
    let posted: Posted = app.writer()?.call(&command).await?;
    app.follow.scan_now();
    // Without a key of the client's, only the reader can have sent the command twice.
    Ok(Posted { repeated: posted.repeated && key.given, ..posted })
}

/// Waits until the reader has seen the message, at most [`RETURN_TIMEOUT`]. Returns the cursor up to which it has read the wall.
async fn returned(app: &App, id: &str) -> Option<Cursor> {
    let mut snapshots = app.follow.subscribe();
    let seen = snapshots.wait_for(|snapshot| snapshot.messages.iter().rev().any(|message| message.id == id));
    // If it takes longer, the page is sent without the message and shows it when it comes.
    let seen = tokio::time::timeout(RETURN_TIMEOUT, seen).await.ok()?.ok()?;
    Some(seen.cursor)
}

/// Sends the page again, with the error and the text that was typed. The key stays the same if the message may be on the
/// wall already, or if sending it again may help, so that it is posted once.
pub(super) fn refused(app: &App, draft: Draft, error: ApiError) -> Result<Response, ApiError> {
    let event = draft.event.filter(|_| error.outcome != Outcome::Refused);
    let author = draft.author.unwrap_or_default();
    let (status, retry) = (error.status, error.retry_header());
    let form = FormState { text: draft.text, author, refused: Some(error.body), event };
    let mut page = (status, wall_page(app, &app.view(), None, form)?).into_response();
    page.headers_mut().extend(retry.into_iter().flatten());
    Ok(page)
}
