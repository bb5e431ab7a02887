//! Waiting for the effect of another process or thread.

use std::time::{Duration, Instant};

#[cfg(feature = "async")]
use anyhow::{Context, Result};

/// The longest pause between two looks.
const MAX_PAUSE: Duration = Duration::from_millis(20);

/// Returns the time that a test waits for an effect: 30 s, or `MESSAGEWALL_TEST_PATIENCE_SECONDS`.
#[must_use]
pub fn patience() -> Duration {
    let seconds = std::env::var("MESSAGEWALL_TEST_PATIENCE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(30))
}

/// Looks until `holds` returns true, for at most `patience`. Returns false if it never did.
///
/// The first looks follow each other at once, the later ones every 20 ms.
pub fn wait_for(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    let mut pause = Duration::from_micros(10);
    while !holds() {
        if began.elapsed() > patience {
            return false;
        }
        std::thread::sleep(pause);
        pause = MAX_PAUSE.min(2 * pause);
    }
    true
}

/// Looks until `holds` returns true, for at most [`patience`].
///
/// # Panics
/// Panics with `what` if it never did.
#[track_caller]
pub fn wait_until(what: &str, holds: impl FnMut() -> bool) {
    assert!(wait_for(patience(), holds), "waited {:?} for {what}", patience());
}

/// Tries `attempt` until it succeeds.
///
/// # Errors
/// Returns the error of the last attempt after [`patience`].
#[cfg(feature = "async")]
pub async fn eventually<T>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + patience();
    loop {
        match attempt().await {
            Ok(found) => return Ok(found),
            Err(error) if Instant::now() >= deadline => {
                return Err(error).with_context(|| format!("waited {:?} for {what}", patience()));
            }
            Err(_) => tokio::time::sleep(MAX_PAUSE).await,
        }
    }
}
