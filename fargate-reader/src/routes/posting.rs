//! `POST /api/messages`: from a program, the page's script, or a form without any script.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::admin::writer;
use super::body::{self, MediaType};
use super::key::Key;
use super::page::wall_page;
use super::parameters::{Malformed, Parameters};
use crate::error::{ApiError, Outcome};
use crate::invoke::{Command, Event, Posted, PostedMessage};
use crate::page::{FormState, Refused};
use crate::policy::accepts;
use crate::state::{App, Shared};

/// How long a form waits for its message to come back from the volume, so that the page it leads to has it.
const RETURN: Duration = Duration::from_secs(2);

/// What somebody wants to say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    text: String,
    #[serde(default)]
    author: Option<String>,
    /// The key of the request, for whoever cannot send a header.
    #[serde(default)]
    event: Option<String>,
}

/// What a program is answered.
#[derive(Debug, Serialize)]
struct Answer {
    #[serde(flatten)]
    message: PostedMessage,
    repeated: bool,
}

/// `POST /api/messages`
pub(crate) async fn post(State(app): State<Shared>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let for_people = accepts(&headers, "text/html");
    let draft = match read(&headers, body).await {
        Ok(draft) => draft,
        Err(refusal) if for_people => return refused(&app, Draft::default(), refusal),
        Err(refusal) => return Err(refusal),
    };
    match send(&app, &headers, &draft).await {
        Ok(posted) if for_people => {
            returned(&app, &posted.message.id).await;
            Ok(Redirect::to("/").into_response())
        }
        Ok(Posted { message, repeated: true }) => {
            // For whoever reads no JSON.
            let told = [("x-messagewall-repeated", "true")];
            Ok((StatusCode::OK, told, Json(Answer { message, repeated: true })).into_response())
        }
        Ok(Posted { message, repeated: false }) => {
            Ok((StatusCode::CREATED, Json(Answer { message, repeated: false })).into_response())
        }
        Err(refusal) if for_people => refused(&app, draft, refusal),
        Err(refusal) => Err(refusal),
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

/// A form has a field `text`. Any other body is the text itself: `curl -d` sends this content type unasked.
fn form(body: Vec<u8>) -> Result<Draft, ApiError> {
    let form = Parameters::new(&body);
    if !form.has("text") {
        return Ok(Draft { text: body::text(body)?, ..Draft::default() });
    }
    let field = |name| {
        form.value(name).map_err(|malformed| match malformed {
            Malformed::Repeated(message) => body::malformed(format!("the form in the body: {message}")),
            Malformed::NotUtf8(message) => body::not_utf8(format!("the form in the body: {message}")),
        })
    };
    let author = field("author")?.map(|author| author.trim().to_owned()).filter(|author| !author.is_empty());
    let event = field("event")?.filter(|event| !event.is_empty());
    // Browsers send CRLF for the line breaks that somebody typed.
    Ok(Draft { text: field("text")?.unwrap_or_default().replace("\r\n", "\n"), author, event })
}

/// Has the function write it; hands back the message as it is on the wall.
async fn send(app: &App, headers: &HeaderMap, draft: &Draft) -> Result<Posted, ApiError> {
    let key = Key::new(headers, draft.event.clone())?;
    let command = Command::Post { text: &draft.text, author: draft.author.as_deref(), event: Event::new(&key.id) };
    let posted: Posted = writer(app)?.call(&command).await?;
    app.follow.look_now();
    // Without a key of the client's it was the reader that had to ask the function twice.
    Ok(Posted { repeated: posted.repeated && key.given, ..posted })
}

/// Waits until the reader has seen the message, but not for long.
async fn returned(app: &App, id: &str) {
    let mut snapshots = app.follow.subscribe();
    let seen = snapshots.wait_for(|snapshot| snapshot.messages.iter().rev().any(|shown| shown.id == id));
    // When it takes longer the page comes without it, and shows it as soon as it is there.
    drop(tokio::time::timeout(RETURN, seen).await);
}

/// The page again, with the reason and what was typed. Where it may be on the wall already, or sending it again may help,
/// the key stays the same, so that it gets there once.
fn refused(app: &App, draft: Draft, refusal: ApiError) -> Result<Response, ApiError> {
    let event = draft.event.filter(|_| refusal.outcome != Outcome::Refused);
    let refused = Some(Refused { error: refusal.error.into_owned(), message: refusal.message });
    let form = FormState { text: draft.text, author: draft.author.unwrap_or_default(), refused, event };
    let page = wall_page(app, &app.follow.snapshot(), None, form)?;
    Ok((refusal.status, Html(page)).into_response())
}
