//! `/status`: the page of how everything works together.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::future::join;

use super::page::HTML;
use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::encoding::encoded;
use crate::doors::error::ApiError;
use crate::doors::visitor::Visitor;
use crate::follow::IDLE_INTERVAL;
use crate::views::Encoding;
use crate::views::page::{self, Painted, PlannerForm, StatusPage};

/// The longest uncertainty that a browser may tell, in milliseconds.
const MAX_WITHIN_MS: u64 = 60_000;

/// `GET /status`: function, volume, tasks and browsers, and the planner for the throughput of EFS. The page is complete, with
/// status 400, if a field of the planner is out of bounds.
///
/// # Errors
/// Returns `parameter_invalid` for a parameter that was sent twice, is not UTF-8, or is no number where a script sends one.
pub(in crate::doors) async fn page(
    State(app): State<Shared>,
    visitor: Visitor,
    query: Parameters,
    encoding: Encoding,
) -> Result<Response, ApiError> {
    let (planner, painted) = (planner(&query)?, painted(&query)?);
    let status = if planner.workload.is_ok() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let (facts, around) = join(app.follow.facts(), app.around.watch()).await;
    let snapshot = visitor.snapshot(&app);
    let on_disk = match &snapshot.rejected {
        Some(_) => visitor.history(&app).await.on_disk.clone(),
        None => None,
    };
    let (report, delays, journey) = (app.report(), app.journey.delays(), app.journey.last());
    let page = page::status(&StatusPage {
        snapshot: &snapshot,
        on_disk: on_disk.as_deref(),
        facts: &facts,
        around: &around,
        me: &report,
        delays: &delays,
        past: &app.journey.past(),
        journey: journey.as_ref(),
        painted,
        with_details: visitor.is_admin() || app.views.features().details,
        function: app.function.as_ref().map(crate::invoke::Function::name),
        idle_interval: IDLE_INTERVAL,
        planner: &planner,
    })?;
    let mut response = encoded(encoding, HTML, page.body(encoding));
    *response.status_mut() = status;
    Ok(response)
}

fn planner(query: &Parameters) -> Result<PlannerForm, ApiError> {
    let [storage, mode, provisioned, load, loads] =
        ["storage", "mode", "provisioned", "load", "loads"].map(|name| query.get(name));
    Ok(PlannerForm::new([storage?, mode?, provisioned?, load?, loads?]))
}

/// Reads when the browser has painted a message, as the page's script tells it.
fn painted(query: &Parameters) -> Result<Option<Painted>, ApiError> {
    let Some(message) = query.get("message")? else { return Ok(None) };
    let number = |name: &'static str| {
        let text = query.get(name)?.unwrap_or_default();
        text.parse::<u64>().map_err(|_| ApiError::parameter(name, &format!("must be whole milliseconds, is {text:?}")))
    };
    let (at_ms, within_ms) = (number("painted")?, number("within")?);
    if within_ms > MAX_WITHIN_MS {
        return Err(ApiError::parameter("within", &format!("must be 0 to {MAX_WITHIN_MS}, is {within_ms}")));
    }
    Ok(Some(Painted { message, at_ms, within_ms }))
}
