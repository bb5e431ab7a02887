//! Waiting for what another process does.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::Instant;

/// How often something that sends no event is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long a test waits for something that must happen: 30 s, or `MESSAGEWALL_TEST_PATIENCE_SECONDS`.
#[must_use]
pub fn patience() -> Duration {
    let told = std::env::var("MESSAGEWALL_TEST_PATIENCE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(told.unwrap_or(30))
}

/// Tries `attempt` until it succeeds.
///
/// # Errors
/// The last attempt's error, when patience is over.
pub async fn eventually<T>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + patience();
    loop {
        match attempt().await {
            Ok(found) => return Ok(found),
            Err(error) if Instant::now() >= deadline => {
                return Err(error).with_context(|| format!("waited {:?} in vain: {what}", patience()));
            }
            Err(_) => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}
