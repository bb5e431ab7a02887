//! One invocation: what is known of it, and its access to the volume within its time.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::{Either, select};
use jiff::Timestamp;
use lambda_runtime::Context;
use serde_json::Value;
use shared_volume::config::Cause;
use shared_volume::wall::{Cycle, Newest, Reached, WallWriter};
use shared_volume::{rejected, time};
use tokio::sync::oneshot;
use tokio::time::timeout_at;
use wall_api::Applied;

use crate::error::{Access, Failure, VolumeFailure};
use crate::sources::Sources;
use crate::tasks::{APPLIED_TIMEOUT, POKE_TIMEOUT, Patience, Tasks};

/// The longest wait for the wall's lock.
pub(crate) const LOCK_WAIT: Duration = Duration::from_secs(5);

/// The longest wait for an answer of the volume. It is shorter than the time that the reader waits for the function, so that
/// the reader receives the cause, even from a function that had to start first.
pub(crate) const VOLUME_TIMEOUT: Duration = Duration::from_secs(7);

/// The time that is left at least. Lambda ends the function at its deadline, so that a shorter time helps nobody.
const SHORTEST: Duration = Duration::from_millis(1);

/// The longest part of the remaining time that is kept to send the reply of a silent volume.
pub(crate) const REPLY_RESERVE: Duration = Duration::from_secs(1);

/// One invocation of the function.
#[derive(Debug)]
pub(crate) struct Invocation<'a> {
    pub(crate) request_id: String,
    /// The time at which the function received the event.
    pub(crate) received: Timestamp,
    /// The time at which Lambda ends the function. `None` if it sends none, as `cargo lambda watch` does.
    ends: Option<Instant>,
    function: &'a Function,
    /// True if the sender waits until the tasks serve the effect.
    awaits_tasks: AtomicBool,
    /// The tasks that serve the effect of the last command.
    applied: Mutex<Option<Applied>>,
}

/// The parts of the function that all invocations use.
#[derive(Debug)]
pub(crate) struct Function {
    /// The writer of the wall.
    pub(crate) writer: Arc<Mutex<WallWriter>>,
    /// The followed documents.
    pub(crate) sources: Sources,
    /// The tasks that serve the wall.
    pub(crate) tasks: Tasks,
}

impl<'a> Invocation<'a> {
    /// Returns the invocation that begins now.
    pub(crate) fn new(context: Context, function: &'a Function) -> Self {
        let left = time_left(&context);
        Self {
            request_id: context.request_id,
            received: time::now(),
            ends: (!left.is_zero()).then(|| Instant::now() + left),
            function,
            awaits_tasks: AtomicBool::new(false),
            applied: Mutex::default(),
        }
    }

    /// Makes the commands of this invocation wait until all tasks serve their effect.
    pub(crate) fn await_tasks(&self) {
        self.awaits_tasks.store(true, Ordering::Relaxed);
    }

    /// Returns the tasks that serve the effect of the last command, if the sender asked for them. `None` if nothing was written.
    pub(crate) fn applied(&self) -> Option<Applied> {
        let awaits = self.awaits_tasks.load(Ordering::Relaxed);
        self.applied.lock().unwrap_or_else(PoisonError::into_inner).clone().filter(|_| awaits)
    }

    /// Makes the tasks look at what was written.
    async fn announce(&self, reached: Reached) {
        let (tasks, waits) = (&self.function.tasks, self.awaits_tasks.load(Ordering::Relaxed));
        if tasks.is_empty() && !waits {
            return;
        }
        let longest = if waits { APPLIED_TIMEOUT } else { POKE_TIMEOUT };
        let within = if self.ends.is_none() { longest } else { longest.min(self.left() / 2) };
        let applied = tasks.announce(reached, Patience { within, waits }).await;
        if applied.others.is_empty() {
            tracing::debug!(%applied, "announced");
        } else {
            tracing::warn!(%applied, "announced_to_some");
        }
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner) = Some(applied);
    }

    /// Returns the followed documents.
    pub(crate) fn sources(&self) -> &'a Sources {
        &self.function.sources
    }

    /// Returns what is known of the cause of a configuration that this invocation publishes.
    pub(crate) fn cause(&self) -> Cause {
        Cause { request: Some(self.request_id.clone()), received: Some(self.received), ..Cause::default() }
    }

    /// Returns the time left. It is zero if Lambda sends no deadline.
    fn left(&self) -> Duration {
        self.ends.map_or(Duration::ZERO, |ends| ends.saturating_duration_since(Instant::now()).max(SHORTEST))
    }

    /// Executes a command: runs `work`, which gets the deadline for the wall's lock, and logs the name if it succeeds.
    ///
    /// No lock on the volume is held when this returns, unless the volume is silent: then the thread that runs `work` stays
    /// behind with the locks that it holds. See `Handler::is_stuck`.
    pub(crate) async fn execute<T: Send + 'static>(
        &self,
        command: &'static str,
        access: Access,
        work: impl FnOnce(&mut WallWriter, Instant) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        let lock_deadline = began + lock_wait(self.left());
        let result = self.block_on_volume(access, move |writer| work(writer, lock_deadline)).await?;
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(command, duration_ms, "command_done");
        Ok(result)
    }

    /// Executes commands in one lock cycle, and tells the tasks. `work` gets the time at which it should stop to begin commands.
    pub(crate) async fn execute_cycle<T: Send + 'static>(
        &self,
        command: &'static str,
        work: impl FnOnce(&mut Cycle<'_>, Instant) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        Ok(self.execute_cycle_and_read(command, 0, work).await?.0)
    }

    /// Executes commands as [`Invocation::execute_cycle`] does, and returns the newest `limit` messages of the wall after them,
    /// which costs no further access to the volume.
    pub(crate) async fn execute_cycle_and_read<T: Send + 'static>(
        &self,
        command: &'static str,
        limit: usize,
        work: impl FnOnce(&mut Cycle<'_>, Instant) -> Result<T, Failure> + Send + 'static,
    ) -> Result<(T, Newest), Failure> {
        let enough = Instant::now() + volume_wait(self.left()) / 2;
        let (tell, told) = oneshot::channel();
        let cycle = move |writer: &mut WallWriter, deadline| {
            let mut cycle = writer.cycle(deadline)?;
            let limit = limit.min(cycle.keep_messages());
            let result = work(&mut cycle, enough)?;
            // Tasks take no lock, so on NFS they are told before it is released, which takes several round trips. Nobody
            // listens any more if the volume was silent for too long.
            let durable = |reached| {
                let _ = tell.send(reached);
            };
            if let Some(error) = cycle.finish(durable)? {
                // The messages are accepted all the same, and the next append compacts the log.
                tracing::warn!(%error, "compaction_failed");
            }
            Ok((result, writer.newest_known(limit)))
        };
        let executed = pin!(self.execute(command, Access::Write, cycle));
        let announced = pin!(async {
            if let Ok(reached) = told.await {
                self.announce(reached).await;
            }
        });
        match select(executed, announced).await {
            Either::Left((result, announced)) => {
                // A thread that stays behind on a silent volume tells nobody.
                if result.is_ok() {
                    announced.await;
                }
                result
            }
            Either::Right(((), executed)) => executed.await,
        }
    }

    /// Stores a refused event in `rejected/` and returns the name of the file. It is for events whose sender reads no
    /// answer.
    pub(crate) async fn reject(&self, event: Value, failure: &Failure) -> Result<String, Failure> {
        let (name, message) = (failure.name(), failure.text());
        self.block_on_volume(Access::Write, move |writer| {
            rejected::reject(writer.wall(), &event, name, &message)
                .map_err(|error| Failure::volume(Access::Write, error))
        })
        .await
    }

    /// Runs `work` on a thread for blocking calls, and waits for it until the deadline of the volume.
    async fn block_on_volume<T: Send + 'static>(
        &self,
        access: Access,
        work: impl FnOnce(&mut WallWriter) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (writer, span, began) = (Arc::clone(&self.function.writer), tracing::Span::current(), Instant::now());
        let deadline = began + volume_wait(self.left());
        let task = tokio::task::spawn_blocking(move || {
            // A panic leaves nothing in the writer that the next command trusts: the writer compares what it has read with
            // the file.
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            span.in_scope(|| work(&mut writer))
        });
        match timeout_at(deadline.into(), task).await {
            Ok(Ok(result)) => result,
            // lambda_runtime makes a function error of the panic.
            Ok(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Ok(Err(error)) => Err(Failure::volume(access, io::Error::from(error))),
            Err(_) => Err(VolumeFailure::silent(access, began.elapsed()).into()),
        }
    }
}

fn time_left(context: &Context) -> Duration {
    context.deadline().duration_since(SystemTime::now()).unwrap_or_default()
}

/// Returns the time to wait for the wall's lock: half of the remaining time, at most [`LOCK_WAIT`].
pub(crate) fn lock_wait(left: Duration) -> Duration {
    (left / 2).min(LOCK_WAIT)
}

/// Returns the time to wait for the volume: the remaining time less a reserve for the reply, at most [`VOLUME_TIMEOUT`].
/// The reserve is a quarter of the remaining time, at most [`REPLY_RESERVE`].
///
/// The result is longer than [`lock_wait`], so that a held lock is reported as `wall_busy` and not as a silent volume.
/// Without remaining time there is no deadline to keep: `cargo lambda watch` sends none.
pub(crate) fn volume_wait(left: Duration) -> Duration {
    if left.is_zero() {
        return VOLUME_TIMEOUT;
    }
    (left - (left / 4).min(REPLY_RESERVE)).min(VOLUME_TIMEOUT)
}
