//! What the function answers.

use std::borrow::Cow;

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use axum::http::StatusCode;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::{ApiError, Outcome};

/// A message is on the wall.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    pub(crate) message: PostedMessage,
    /// Whether it was there before, by an earlier event of the same id.
    #[serde(default)]
    pub(crate) repeated: bool,
}

/// A message as the wall has it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PostedMessage {
    pub(crate) id: String,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// A message is off the wall.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Removed {
    removed: String,
    #[serde(default)]
    repeated: bool,
}

impl Removed {
    /// Ensures that it is the message that was asked for.
    pub(crate) fn checked(self, id: &str) -> Result<Self, ApiError> {
        if self.removed == id { Ok(self) } else { Err(nonsense(&format!("it removed {:?}", self.removed))) }
    }
}

/// The wall is empty.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Cleared {
    #[serde(deserialize_with = "done")]
    cleared: bool,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// An earlier configuration is in force again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct RolledBack {
    generation: u64,
    #[serde(flatten)]
    others: Map<String, Value>,
}

fn done<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let done = bool::deserialize(deserializer)?;
    if done { Ok(done) } else { Err(D::Error::custom("is false")) }
}

/// When the function refuses: what it answers, or the error that it ends with.
#[derive(Debug, Deserialize)]
struct Refusal {
    #[serde(alias = "errorType")]
    error: String,
    #[serde(alias = "errorMessage")]
    message: String,
    status: Option<u16>,
}

/// Understands what the function answered.
pub(super) fn understand<T: DeserializeOwned>(output: &InvokeOutput) -> Result<T, ApiError> {
    let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
    if let Some(kind) = output.function_error() {
        let refusal = serde_json::from_slice(payload).ok().and_then(transient);
        return Err(refusal.unwrap_or_else(|| failed(&format!("{kind}: {}", String::from_utf8_lossy(payload)))));
    }
    let answer: Value = serde_json::from_slice(payload).map_err(|error| nonsense(&error.to_string()))?;
    if answer.get("error").is_none() {
        return serde_json::from_value(answer).map_err(|error| nonsense(&error.to_string()));
    }
    let refusal: Refusal = serde_json::from_value(answer).map_err(|error| nonsense(&error.to_string()))?;
    let status = refusal.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.filter(|status| status.is_client_error() || status.is_server_error());
    let status = status.ok_or_else(|| nonsense("a refusal without a status"))?;
    let unknown = if status.is_server_error() { Outcome::Unknown } else { Outcome::Refused };
    let outcome = outcome(&refusal.error).map_or(unknown, |(_, outcome)| outcome);
    Err(ApiError { status, error: Cow::Owned(refusal.error), message: refusal.message, outcome })
}

/// A failure that the function ends with so that Lambda tries asynchronous invocations again, if it is one by its name.
fn transient(refusal: Refusal) -> Option<ApiError> {
    let (status, outcome) = outcome(&refusal.error)?;
    Some(ApiError { status, error: Cow::Owned(refusal.error), message: refusal.message, outcome })
}

/// What HTTP calls a failure of the volume, and what became of the command.
fn outcome(name: &str) -> Option<(StatusCode, Outcome)> {
    let outcome = match name {
        "wall_busy" | "volume_read_only" | "volume_forbidden" | "volume_missing" | "volume_foreign" => Outcome::Retry,
        "volume_silent" | "volume_error" | "volume_stale" => Outcome::Unknown,
        // There is no saying when there will be room.
        "volume_full" => return Some((StatusCode::INSUFFICIENT_STORAGE, Outcome::Refused)),
        _ => return None,
    };
    Some((StatusCode::SERVICE_UNAVAILABLE, outcome))
}

/// The function ran, and nobody knows how far.
pub(super) fn failed(reason: &str) -> ApiError {
    tracing::error!(reason, "writer_failed");
    let message =
        "the function that writes the wall failed; what was asked of it may or may not be done, look before you retry";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "writer_failed", message).with(Outcome::Unknown)
}

/// What was invoked is no writer, or one of another release.
pub(super) fn nonsense(reason: &str) -> ApiError {
    tracing::error!(reason, "writer_nonsense");
    let message = "the function that WRITER_FUNCTION names answered what no writer of a wall answers";
    ApiError::new(StatusCode::BAD_GATEWAY, "writer_nonsense", message).with(Outcome::Unknown)
}
