//! One event, from arrival to reply.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use serde_json::value::RawValue;
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, rejected, time};
use tokio::time::timeout_at;

use crate::command::{Command, Done};
use crate::error::{Access, Failure, VolumeFailure};
use crate::event;
use crate::reply::Reply;

/// The longest wait for other writers.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The longest wait for the volume. The page waits 10 s for the function, which may have to start, and is to hear the cause.
const LONGEST_SILENCE: Duration = Duration::from_secs(7);

/// What is kept of the time, at most, for the answer to get out when the volume is silent.
const LONGEST_GOODBYE: Duration = Duration::from_secs(1);

/// The function. It is made once, and then has one event at a time.
#[derive(Debug)]
pub struct Handler {
    writer: Arc<Mutex<WallWriter>>,
}

impl Handler {
    /// A function that writes the wall on `volume` and remembers applied events for `retry_window`. Nothing is touched
    /// yet.
    #[must_use]
    pub fn new(volume: &Volume, retry_window: Duration) -> Self {
        let writer = WallWriter::new(volume.wall(None)).retry_window(retry_window);
        Self { writer: Arc::new(Mutex::new(writer)) }
    }

    /// Handles one event, whatever it looks like. It comes unread: what this function cannot read it answers itself.
    ///
    /// # Errors
    /// Only where the sender is to try again, or to put the event aside: see `event`. Everything else
    /// that goes wrong is told in the reply.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Reply, Failure> {
        let (event, context) = event.into_parts();
        let (now, left) = (Instant::now(), time_left(&context));
        let invocation = Invocation {
            request_id: context.request_id,
            received: time::now(),
            deadline: now + lock_wait(left),
            last_moment: now + volume_wait(left),
            writer: Arc::clone(&self.writer),
        };
        event::handle(&event, &invocation).await
    }

    /// Whether something is still at work on the volume although every event has been answered: a system call there
    /// that does not return. It may hold the wall's lock, and only the end of the process takes that from it.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        matches!(self.writer.try_lock(), Err(TryLockError::WouldBlock))
    }
}

fn time_left(context: &Context) -> Duration {
    context.deadline().duration_since(SystemTime::now()).unwrap_or_default()
}

/// Half of the time that is left, so that the answer still gets out, but no longer than [`LONGEST_WAIT`].
fn lock_wait(left: Duration) -> Duration {
    (left / 2).min(LONGEST_WAIT)
}

/// All of the time that is left but a quarter, which is no longer than [`LONGEST_GOODBYE`]; no longer than
/// [`LONGEST_SILENCE`]. It is more than [`lock_wait`], so that a lock that is held is told as such.
///
/// Without time left there is no deadline to keep: `cargo lambda watch` gives none.
fn volume_wait(left: Duration) -> Duration {
    if left.is_zero() {
        return LONGEST_SILENCE;
    }
    (left - (left / 4).min(LONGEST_GOODBYE)).min(LONGEST_SILENCE)
}

/// What an event is handled with.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    /// When the function got the event.
    pub(crate) received: Timestamp,
    /// Until when it waits for other writers.
    deadline: Instant,
    /// Until when it waits for the volume.
    last_moment: Instant,
    writer: Arc<Mutex<WallWriter>>,
}

impl Invocation {
    /// Stores a refused event in `rejected/`: nobody waits for the answer that says what is wrong with it. Returns the
    /// name of the file.
    pub(crate) async fn reject(&self, event: Value, failure: &Failure) -> Result<String, Failure> {
        let (writer, name, message) = (Arc::clone(&self.writer), failure.name(), failure.to_string());
        let began = Instant::now();
        let work = move || {
            let writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            rejected::reject(writer.wall(), &event, name, &message)
        };
        match timeout_at(self.last_moment.into(), tokio::task::spawn_blocking(work)).await {
            Ok(Ok(stored)) => stored.map_err(|error| Failure::volume(Access::Write, error)),
            Ok(Err(error)) => Err(Failure::volume(Access::Write, error.into())),
            Err(_) => Err(VolumeFailure::silent(Access::Write, began.elapsed()).into()),
        }
    }

    /// Does what a command says. No lock on the volume is held when this returns, unless the volume is silent: then a
    /// thread is left behind with what it holds, see [`Handler::is_stuck`].
    pub(crate) async fn execute(&self, command: Command) -> Result<Done, Failure> {
        let (writer, deadline, span) = (Arc::clone(&self.writer), self.deadline, tracing::Span::current());
        let (name, access, began) = (command.name(), command.access(), Instant::now());
        let work = move || {
            // What the writer remembers is only what it has counted, and it checks that against the file.
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            span.in_scope(|| command.execute(&mut writer, deadline))
        };
        let result = match timeout_at(self.last_moment.into(), tokio::task::spawn_blocking(work)).await {
            Ok(Ok(result)) => result,
            // lambda_runtime makes a function error of it.
            Ok(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Ok(Err(error)) => Err(Failure::volume(access, error.into())),
            Err(_) => Err(VolumeFailure::silent(access, began.elapsed()).into()),
        };
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if result.is_ok() {
            tracing::info!(command = name, duration_ms, "command done");
        }
        result
    }
}
