//! The room for work on pictures: what is held while a thread works, and for how long others wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::error::PictureError;

/// A place among the uploads that are worked on. A thread that works for the upload holds it, too: if the directory hangs,
/// the place stays taken, and no further thread hangs.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// A number of places.
#[derive(Debug)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    pub(super) fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// Takes a place, and waits for one at most for `patience`.
    ///
    /// # Errors
    /// Returns [`PictureError::Busy`].
    pub(super) async fn enter(&self, patience: Duration) -> Result<Slot, PictureError> {
        match timeout(patience, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Slot { _permit: Arc::new(permit) }),
            _ => Err(PictureError::Busy),
        }
    }
}

/// Runs `work` on a thread that may block. The places stay taken until it ends, also if nobody waits for it any more.
///
/// # Errors
/// Returns `late` if that takes longer than `patience`, or if `work` panics.
pub(super) async fn work<T: Send + 'static>(
    places: impl Send + 'static,
    patience: Duration,
    late: PictureError,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PictureError> {
    let working = spawn_blocking(move || {
        let _places = places;
        work()
    });
    match timeout(patience, working).await {
        Ok(Ok(done)) => Ok(done),
        _ => Err(late),
    }
}
