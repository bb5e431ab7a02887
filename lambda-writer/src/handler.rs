//! One event, from arrival to reply.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, time};

use crate::command::{Command, Done};
use crate::error::Failure;
use crate::event;
use crate::reply::Reply;

/// The longest wait for other writers.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The function. It is made once, and then has one event at a time.
#[derive(Debug)]
pub struct Handler {
    writer: Arc<Mutex<WallWriter>>,
}

impl Handler {
    /// A function that writes the wall on `volume`. Nothing is touched yet.
    #[must_use]
    pub fn new(volume: &Volume) -> Self {
        Self { writer: Arc::new(Mutex::new(WallWriter::new(volume.wall(None)))) }
    }

    /// Handles one event, whatever it looks like.
    ///
    /// # Errors
    /// Only where the sender is to try again, or to put the event aside: see `event`. Everything else
    /// that goes wrong is told in the reply.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Reply, Failure> {
        let (event, context) = event.into_parts();
        let deadline = Instant::now() + lock_wait(&context);
        let invocation = Invocation {
            request_id: context.request_id,
            received: time::now(),
            deadline,
            writer: Arc::clone(&self.writer),
        };
        event::handle(event, &invocation).await
    }
}

/// Half of the time that is left, so that the answer still gets out, but no longer than [`LONGEST_WAIT`].
fn lock_wait(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    (left / 2).min(LONGEST_WAIT)
}

/// What an event is handled with.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    /// When the function got the event.
    pub(crate) received: Timestamp,
    deadline: Instant,
    writer: Arc<Mutex<WallWriter>>,
}

impl Invocation {
    /// Does what a command says. No lock on the volume is held when this returns.
    pub(crate) async fn execute(&self, command: Command) -> Result<Done, Failure> {
        let (writer, deadline, span) = (Arc::clone(&self.writer), self.deadline, tracing::Span::current());
        let (name, began) = (command.name(), Instant::now());
        let work = move || {
            // What the writer remembers is only what it has counted, and it checks that against the file.
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            span.in_scope(|| command.execute(&mut writer, deadline))
        };
        let result = match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            // lambda_runtime makes a function error of it.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => Err(std::io::Error::from(error).into()),
        };
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if result.is_ok() {
            tracing::info!(command = name, duration_ms, "command done");
        }
        result
    }
}
