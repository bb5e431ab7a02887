//! The function, from an event to its reply.

use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use lambda_runtime::LambdaEvent;
use serde_json::value::RawValue;
use shared_volume::Volume;
use shared_volume::wall::WallWriter;

use crate::commands::is_checking_forever;
use crate::error::Failure;
use crate::events;
use crate::invocation::{Function, Invocation};
use crate::reply::Reply;
use crate::sources::{Followed, Sources};
use crate::tasks::{Readers, Tasks};

/// The function. A process makes it once, and it then handles one event at a time.
#[derive(Debug)]
pub struct Handler {
    function: Function,
}

impl Handler {
    /// Returns a function that writes the default wall of `volume` and remembers applied events for `retry_window`. It does
    /// not access the volume yet.
    #[must_use]
    pub fn new(volume: &Volume, retry_window: Duration) -> Self {
        let writer = WallWriter::new(volume.wall(None)).retry_window(retry_window);
        let (writer, sources) = (Arc::new(Mutex::new(writer)), Sources::default());
        Self { function: Function { writer, sources, tasks: Tasks::new(Readers::default(), Readers::default()) } }
    }

    /// Makes the function tell these readers what it has written, and these followers that it has published a file. By default it
    /// tells nobody.
    #[must_use]
    pub fn telling(mut self, readers: Readers, followers: Readers) -> Self {
        self.function.tasks = Tasks::new(readers, followers);
        self
    }

    /// Makes the function follow documents outside of the volume. By default it follows none.
    #[must_use]
    pub fn following(mut self, followed: Followed) -> Self {
        self.function.sources = Sources::new(followed);
        self
    }

    /// Handles one event of any kind. The event comes unparsed, so that the function itself answers events that it cannot
    /// parse.
    ///
    /// # Errors
    /// Returns an error if the sender should repeat the event or set it aside: the volume failed, or this function does not
    /// serve the kind of event. Every other failure is part of the reply.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Reply, Failure> {
        let (event, context) = event.into_parts();
        events::handle(&event, &Invocation::new(context, &self.function)).await
    }

    /// Returns true if a thread still works although every event was answered, until the process ends: a system call on the volume
    /// does not return, and the thread may hold the wall's lock, or the check of a file against its schema goes on and on.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        is_checking_forever() || matches!(self.function.writer.try_lock(), Err(TryLockError::WouldBlock))
    }
}
