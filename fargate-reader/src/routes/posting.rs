//! `POST /api/messages`: from a program, the page's script, or a form without any script.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::Value;
use ulid::Ulid;

use super::admin::writer;
use super::body::{self, MediaType};
use super::page::wall_page;
use crate::error::ApiError;
use crate::invoke::Command;
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
    /// Makes a retry harmless; the reader makes one up when the client does not.
    #[serde(default)]
    event: Option<String>,
}

/// `POST /api/messages`
pub(crate) async fn post(State(app): State<Shared>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let for_people = accepts(&headers, "text/html");
    let draft = match read(&headers, body).await {
        Ok(draft) => draft,
        Err(refusal) if for_people => return refused(&app, Draft::default(), refusal),
        Err(refusal) => return Err(refusal),
    };
    match send(&app, &draft).await {
        Ok(message) if for_people => {
            returned(&app, &message).await;
            Ok(Redirect::to("/").into_response())
        }
        Ok(message) => Ok((StatusCode::CREATED, Json(message)).into_response()),
        Err(refusal) if for_people => refused(&app, draft, refusal),
        Err(refusal) => Err(refusal),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Draft, ApiError> {
    let media_type = body::media_type(headers, &[MediaType::Json, MediaType::Text, MediaType::Form])?;
    let body = body::read(body).await?;
    let mut draft = match media_type {
        MediaType::Json => body::json(&body)?,
        MediaType::Text => Draft { text: body, ..Draft::default() },
        MediaType::Form => form(&body)?,
    };
    if draft.event.is_none() {
        let key = headers.get("idempotency-key").map(header::HeaderValue::to_str).transpose();
        let key = key.map_err(|_| ApiError::parameter("Idempotency-Key: must be visible ASCII"))?;
        draft.event = key.map(str::to_owned);
    }
    Ok(draft)
}

fn form(body: &str) -> Result<Draft, ApiError> {
    let address = format!("/?{body}");
    let uri = address.parse().map_err(|_| body::malformed("the form in the body is not URL-encoded"))?;
    let Query(draft) = Query::<Draft>::try_from_uri(&uri)
        .map_err(|error| body::malformed(format!("the form in the body: {}", error.body_text())))?;
    // Decoding puts U+FFFD wherever a form holds bytes that are no UTF-8.
    let replaced = |text: &str| text.contains('\u{fffd}') && !body.to_ascii_uppercase().contains("%EF%BF%BD");
    if replaced(&draft.text) || draft.author.as_deref().is_some_and(replaced) {
        return Err(body::not_utf8("the form in the body is not UTF-8"));
    }
    let author = draft.author.map(|author| author.trim().to_owned()).filter(|author| !author.is_empty());
    // Browsers send CRLF for the line breaks that somebody typed.
    Ok(Draft { text: draft.text.replace("\r\n", "\n"), author, event: draft.event.filter(|event| !event.is_empty()) })
}

/// Has the function write it; hands back the message as it is on the wall.
async fn send(app: &App, draft: &Draft) -> Result<Value, ApiError> {
    let made_up = Ulid::generate().to_string();
    let event = draft.event.as_deref().unwrap_or(&made_up);
    let command = Command::Post { text: &draft.text, author: draft.author.as_deref(), event };
    let mut answer = writer(app)?.call(&command).await?;
    app.follow.look_now();
    Ok(answer.remove("message").unwrap_or_default())
}

/// Waits until the reader has seen the message, but not for long.
async fn returned(app: &App, message: &Value) {
    let id = message.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut snapshots = app.follow.subscribe();
    let seen = snapshots.wait_for(|snapshot| snapshot.messages.iter().rev().any(|shown| shown.id == id));
    // When it takes longer the page comes without it, and shows it as soon as it is there.
    drop(tokio::time::timeout(RETURN, seen).await);
}

/// The page again, with the reason and what was typed.
fn refused(app: &App, draft: Draft, refusal: ApiError) -> Result<Response, ApiError> {
    let refused = Some(Refused { error: refusal.error.into_owned(), message: refusal.message });
    let form = FormState { text: draft.text, author: draft.author.unwrap_or_default(), refused };
    let page = wall_page(app, &app.follow.snapshot(), None, form)?;
    Ok((refusal.status, Html(page)).into_response())
}
