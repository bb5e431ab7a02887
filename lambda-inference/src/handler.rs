//! The function, from an event to its reply.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;

use crate::classifier::Classifier;
use crate::doors;
use crate::error::Failure;
use crate::settings::Arguments;

/// The longest time to wait for the volume, the model and the picture, without a deadline of Lambda.
const LONGEST: Duration = Duration::from_secs(60);

/// The time that is kept of an invocation to send its reply.
const REPLY_RESERVE: Duration = Duration::from_millis(500);

/// The longest time to wait for the model before the first event. Lambda begins the init phase anew after 10 s.
const INIT_TIME: Duration = Duration::from_secs(8);

/// The function. A process makes it once, and it then handles one event at a time.
#[derive(Debug)]
pub struct Handler(Classifier);

impl Handler {
    /// Returns a function with these settings. It does not access the volume yet.
    #[must_use]
    pub fn new(arguments: Arguments) -> Self {
        Self(Classifier::new(arguments))
    }

    /// Loads the model in use, so that the first picture need not wait for it. A failure is logged, and the model is looked
    /// for again with each event.
    pub async fn prepare(&self) {
        self.0.prepare(Instant::now() + INIT_TIME).await;
    }

    /// Handles one event of any kind.
    ///
    /// # Errors
    /// Returns an error if the sender should repeat the event. Every other failure is part of the reply.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, Failure> {
        let (event, context) = event.into_parts();
        doors::handle(&self.0, event, deadline(&context)).await
    }
}

/// Returns the time at which an answer must be ready.
fn deadline(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    // `cargo lambda watch` sends no deadline.
    let left = if left.is_zero() { LONGEST } else { left.saturating_sub(REPLY_RESERVE.min(left / 4)) };
    Instant::now() + left
}
