//! `/history`: the page of the configuration's history. Its forms need no script.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use shared_volume::config::{Config, FieldChange, Fields, diff};
use wall_api::{Command, ErrorBody, Origin, Outcome, PublishConfig, RollbackConfig};

use super::body::{self, MediaType};
use super::config::{generation, unknown};
use super::configuring::{publish, returned};
use super::key::Key;
use super::parameters::Parameters;
use crate::doors::app::{App, Shared};
use crate::doors::error::ApiError;
use crate::doors::paths;
use crate::doors::visitor::Visitor;
use crate::follow::{History, Snapshot};
use crate::tokens::Role;
use crate::views::page::{self, Comparison, Conflict, HistoryPage, HistoryRole, Submitted};

/// The part of the history that a request asks for.
#[derive(Debug, Default)]
struct Asked {
    before: Option<u64>,
    only_refused: bool,
    comparison: Option<(String, String)>,
}

/// `GET /history`: the newest generations; with `before` older ones, with `from` and `to` a comparison, with `only=refused`
/// only what was refused.
pub(in crate::doors) async fn page(
    State(app): State<Shared>,
    visitor: Visitor,
    query: Parameters,
) -> Result<Response, ApiError> {
    if let Some(seen) = query.get("seen")? {
        catch_up(&app, visitor, &seen).await;
    }
    let comparison = match (query.get("from")?, query.get("to")?) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or_default(), to.unwrap_or_default())),
    };
    // A bookmark that cannot be read leads to the newest page.
    let before = query.get("before")?.and_then(|before| before.parse().ok());
    let only_refused = query.get("only")?.is_some_and(|only| only == "refused");
    let asked = Asked { before, only_refused, comparison };
    let form = Submitted::blank(&visitor.snapshot(&app));
    show(&app, visitor, StatusCode::OK, asked, form).await
}

/// `POST /history`: publishes what the form says, restores a generation, or shows what the form would change.
pub(in crate::doors) async fn submit(
    State(app): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    body::media_type(&headers, &[MediaType::Form])?;
    let sent = Parameters::of_form(&body::read(body).await?);
    let snapshot = visitor.snapshot(&app);
    let mut form = Submitted::blank(&snapshot);
    let result = match read(&sent, &mut form) {
        Ok(Action::Preview) => {
            return show(&app, visitor, StatusCode::OK, Asked::default(), preview(&snapshot, form)).await;
        }
        Ok(action) => {
            form.is_rollback = matches!(action, Action::RollBack(_));
            send(&app, visitor, &headers, action, &form).await
        }
        Err(error) => Err(error),
    };
    match result {
        // Without a fragment of its own the address would inherit that of the form.
        Ok(generation) => Ok(Redirect::to(&format!("{}?seen={generation}#state", paths::HISTORY)).into_response()),
        Err(error) => {
            // The key stays the same if the configuration may be published already, or if sending it again may help.
            form.event = form.event.filter(|_| error.outcome != Outcome::Refused);
            if error.body.error == "generation_conflict" {
                overtaken(&app, visitor, &mut form).await;
            }
            form.refused = Some(error.body);
            show(&app, visitor, error.status, Asked::default(), form).await
        }
    }
}

/// Adds what came in between to a form. Whoever publishes it now has seen that.
async fn overtaken(app: &App, visitor: Visitor, form: &mut Submitted) {
    app.guard.catching_up.look(visitor.client, &app.follow).await;
    let (history, now) = (visitor.history(app).await, app.follow.snapshot());
    let (generation, fields) = (now.config.generation, Fields::of(&now.config.config));
    if let Some(began) = history.get(form.based_on).filter(|_| !form.is_rollback) {
        form.conflict = Some(Conflict::new(&mut form.form, (form.based_on, &began.fields), (generation, &fields)));
    }
    form.based_on = generation;
}

/// Looks at the volume if this task has not seen a generation that another task has served.
async fn catch_up(app: &App, visitor: Visitor, seen: &str) {
    let generation = app.follow.snapshot().config.generation;
    if seen.parse::<u64>().is_ok_and(|seen| generation < seen) {
        app.guard.catching_up.look(visitor.client, &app.follow).await;
    }
}

/// The action of a form.
#[derive(Debug, Clone, Copy)]
enum Action {
    Publish,
    Preview,
    RollBack(u64),
}

/// Reads what a form has sent.
fn read(sent: &Parameters, form: &mut Submitted) -> Result<Action, ApiError> {
    let action = match sent.get("action")?.as_deref() {
        Some("rollback") => {
            let target = sent.get("generation")?.unwrap_or_default();
            Action::RollBack(generation("generation", &target)?)
        }
        Some("preview") => Action::Preview,
        Some("publish") => Action::Publish,
        other => {
            let fault = format!("must be publish, preview or rollback, is {:?}", other.unwrap_or_default());
            return Err(ApiError::parameter("action", &fault));
        }
    };
    form.event = sent.get("event")?.filter(|event| !event.is_empty());
    form.note = sent.get("note")?.unwrap_or_default().trim().to_owned();
    if let Some(based_on) = sent.get("expected_generation")? {
        form.based_on = generation("expected_generation", &based_on)?;
    }
    form.form.fill(|name| {
        let malformed = |malformed| body::malformed(format!("the form in the body: {name}: {malformed}"));
        sent.value(name).map_err(malformed)
    })?;
    Ok(action)
}

/// Makes the function do what a form asks for, and waits until this reader has seen it.
async fn send(
    app: &App,
    visitor: Visitor,
    headers: &HeaderMap,
    action: Action,
    form: &Submitted,
) -> Result<u64, ApiError> {
    visitor.admin(app)?;
    let (event, source) = (Some(Key::new(headers, form.event.clone())?.id), Some(Origin::Page));
    let expected_generation = Some(form.based_on);
    let note = Some(form.note.clone()).filter(|note| !note.is_empty());
    let command = match action {
        Action::RollBack(generation) => {
            Command::RollbackConfig(RollbackConfig { generation, expected_generation, note, event, source })
        }
        Action::Publish | Action::Preview => {
            let config = form.form.document();
            Command::PublishConfig(PublishConfig { config, expected_generation, note, event, source })
        }
    };
    let configured = publish(app, &command).await?;
    returned(app, configured.generation).await;
    Ok(configured.generation)
}

/// Adds what the form would change.
fn preview(snapshot: &Snapshot, mut form: Submitted) -> Submitted {
    match Config::from_value(form.form.document()) {
        Ok(config) => form.preview = Some(diff(&snapshot.config.config, &config)),
        Err(error) => {
            let (message, field) = (error.to_string(), Some(error.field()));
            form.refused = Some(ErrorBody { error: "config_invalid".into(), message, field, status: None });
        }
    }
    form
}

async fn show(
    app: &App,
    visitor: Visitor,
    status: StatusCode,
    asked: Asked,
    form: Submitted,
) -> Result<Response, ApiError> {
    let (history, snapshot) = (visitor.history(app).await, visitor.snapshot(app));
    let comparison = asked.comparison.map(|(from, to)| {
        let result = compare(&history, &from, &to).map_err(|error| error.body.message);
        Comparison { from, to, result }
    });
    let role = HistoryRole {
        can_sign_in: app.has_admin(),
        signed_in: visitor.role.map(Role::in_words),
        // The form of a rollback has no fields to keep.
        has_form: app.has_admin() && (visitor.is_admin() || (form.is_submitted() && !form.is_rollback)),
        can_restore: app.has_admin() && visitor.is_admin(),
    };
    let page = page::history(&HistoryPage {
        snapshot: &snapshot,
        history: &history,
        before: asked.before,
        only_refused: asked.only_refused,
        comparison,
        role,
        form,
    })?;
    Ok((status, Html(page)).into_response())
}

fn compare(history: &History, from: &str, to: &str) -> Result<Vec<FieldChange>, ApiError> {
    let get = |name, text| {
        let number = generation(name, text)?;
        history.get(number).ok_or_else(|| unknown(name, number))
    };
    let (before, after) = (get("from", from)?, get("to", to)?);
    Ok(after.fields.changes_since(&before.fields))
}
