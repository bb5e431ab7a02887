//! `/admin`: removes messages, clears the wall and brings it back, by forms that need no script.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use shared_volume::wall::Cursor;
use ulid::Ulid;
use wall_api::{Clear, Cleared, Command, Origin, Outcome, PAGE_MESSAGES, Remove, Restore, Restored};

use super::body::{self, MediaType};
use super::key::Key;
use super::parameters::Parameters;
use crate::doors::app::{App, Shared};
use crate::doors::error::ApiError;
use crate::doors::paths;
use crate::doors::visitor::Visitor;
use crate::follow::Snapshot;
use crate::tokens::Role;
use crate::views::page::{self, AdminPage, Done};

/// The longest time that a form waits for its effect to come back from the volume.
const RETURN_TIMEOUT: Duration = Duration::from_secs(2);

/// `GET /admin`: the messages, each with a form that removes it. With `before` older ones, with `cleared` a form that brings
/// that wall back.
pub(in crate::doors) async fn page(
    State(app): State<Shared>,
    visitor: Visitor,
    query: Parameters,
) -> Result<Response, ApiError> {
    let before = query.get("before")?.and_then(|before| before.parse().ok());
    let cleared = query.get("cleared")?.filter(|wall| is_wall(wall));
    let done = match (query.get("done")?.as_deref(), &cleared) {
        (Some("removed"), _) => Some(Done::Removed),
        (Some("restored"), _) => Some(Done::Restored),
        (_, Some(_)) => Some(Done::Cleared),
        _ => None,
    };
    show(&app, visitor, StatusCode::OK, before, Shown { done, cleared, ..Shown::default() })
}

/// `POST /admin`: does what a form asks for.
pub(in crate::doors) async fn submit(
    State(app): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    body::media_type(&headers, &[MediaType::Form])?;
    let sent = Parameters::of_form(&body::read_short(body).await?);
    let (wall, event) = (sent.get("wall")?.filter(|wall| is_wall(wall)), sent.get("event")?);
    match act(&app, visitor, &headers, &sent).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => {
            // A removal needs no key to be safe: it names its message.
            let is_of_wall = matches!(sent.get("action").ok().flatten().as_deref(), Some("clear" | "restore"));
            let event = event.filter(|_| is_of_wall && error.outcome != Outcome::Refused);
            let retry = error.retry_header();
            let shown = Shown { refused: Some(error.body.message), cleared: wall, event, done: None };
            let mut response = show(&app, visitor, error.status, None, shown)?;
            response.headers_mut().extend(retry.into_iter().flatten());
            Ok(response)
        }
    }
}

/// Does what a form asks for. Returns the address of the page that shows it.
async fn act(app: &App, visitor: Visitor, headers: &HeaderMap, sent: &Parameters) -> Result<String, ApiError> {
    visitor.admin(app)?;
    let event = sent.get("event")?.filter(|event| !event.is_empty());
    let (event, source) = (Some(Key::new(headers, event)?.id), Some(Origin::Page));
    let field = |name| sent.get(name).map(Option::unwrap_or_default);
    let to = match sent.get("action")?.as_deref() {
        Some("remove") => {
            let id = field("id")?;
            app.writer()?.remove(Remove { id: id.clone(), by: None, event, source }).await?;
            seen(app, |snapshot| !snapshot.messages.iter().any(|message| message.id == id)).await;
            format!("{}?done=removed", paths::ADMIN)
        }
        Some("clear") => {
            let before = app.view().snapshot.cursor.wall;
            let cleared: Cleared = app.writer()?.call(&Command::Clear(Clear { event, source })).await?;
            seen(app, |snapshot| snapshot.cursor.wall.to_string() == cleared.wall).await;
            format!("{}?cleared={before}", paths::ADMIN)
        }
        Some("restore") => {
            let before = app.view().snapshot.cursor;
            let restore = Restore { wall: field("wall")?, event, source };
            let restored: Restored = app.writer()?.call(&Command::Restore(restore)).await?;
            if !restored.repeated {
                seen(app, |snapshot| snapshot.cursor != before).await;
            }
            format!("{}?done=restored", paths::ADMIN)
        }
        other => {
            let fault = format!("must be remove, clear or restore, is {:?}", other.unwrap_or_default());
            return Err(ApiError::parameter("action", &fault));
        }
    };
    Ok(to)
}

/// Waits until the reader has seen the effect, so that the next page shows it.
async fn seen(app: &App, is_seen: impl Fn(&Snapshot) -> bool) {
    app.follow.scan_now();
    let mut snapshots = app.follow.subscribe();
    // If it takes longer, the page is sent as it is.
    drop(tokio::time::timeout(RETURN_TIMEOUT, snapshots.wait_for(|snapshot| is_seen(snapshot))).await);
}

/// The parts of the page beside the messages.
#[derive(Default)]
struct Shown {
    done: Option<Done>,
    refused: Option<String>,
    /// The wall that was cleared last.
    cleared: Option<String>,
    /// The key of the last try, if it has to be sent again.
    event: Option<String>,
}

fn show(
    app: &App,
    visitor: Visitor,
    status: StatusCode,
    before: Option<Cursor>,
    shown: Shown,
) -> Result<Response, ApiError> {
    let snapshot = visitor.snapshot(app);
    let before = before.filter(|before| before.wall == snapshot.cursor.wall);
    let page = match before {
        Some(cursor) => snapshot.before(cursor, PAGE_MESSAGES),
        None => snapshot.newest(PAGE_MESSAGES),
    };
    let Shown { done, refused, cleared, event } = shown;
    let (can_sign_in, is_admin) = (app.has_admin(), app.has_admin() && visitor.is_admin());
    let signed_in = visitor.role.map(Role::in_words);
    let content =
        AdminPage { snapshot: &snapshot, page, can_sign_in, is_admin, signed_in, done, refused, cleared, event };
    Ok((status, Html(page::admin(&content)?)).into_response())
}

/// Returns true if it is the id of a wall. Anything else is not shown.
fn is_wall(text: &str) -> bool {
    text.parse::<Ulid>().is_ok()
}
