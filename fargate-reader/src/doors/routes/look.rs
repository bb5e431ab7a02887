//! `POST /look`: a writer announces that it has written.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use wall_api::{Looked, Outcome};

use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::error::ApiError;
use crate::follow::VolumeHealth;

/// `POST /look`: reads the volume now, and answers with what this task serves after that. With `wait=false` it is answered at
/// once: 202.
///
/// # Errors
/// Returns `volume_silent` if the volume does not answer, and `volume_failing` if it cannot be read.
pub(in crate::doors) async fn look(State(app): State<Shared>, query: Parameters) -> Result<Response, ApiError> {
    if query.get("wait")?.is_some_and(|wait| wait == "false") {
        app.follow.look_soon();
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    let snapshot = app.follow.look().await.ok_or_else(|| failed("volume_silent", "the volume does not answer"))?;
    match &snapshot.volume {
        VolumeHealth::Ok => {}
        VolumeHealth::Failing { reason, .. } => return Err(failed("volume_failing", reason)),
        VolumeHealth::Waiting(reason) => {
            return Err(failed("not_ready", reason.as_deref().unwrap_or("it was not read yet")));
        }
    }
    let looked = Looked {
        task: app.task.clone(),
        cursor: snapshot.cursor.to_string(),
        generation: snapshot.config.generation,
        rejected: snapshot.rejected.as_ref().map(|rejected| rejected.reason.clone()),
    };
    Ok(Json(looked).into_response())
}

fn failed(error: &'static str, reason: &str) -> ApiError {
    let message = format!("the volume: {reason}");
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error, message).with(Outcome::Retry)
}
