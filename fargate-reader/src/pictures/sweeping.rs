//! Deletes the pictures that no message needs.

use std::collections::HashSet;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared_volume::message::Picture;
use shared_volume::uploads::{Uploads, Use};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::store::Pictures;
use crate::follow::{Follow, KnownPictures, Snapshot, VolumeHealth};

/// The pause between two looks at the removed messages. A removal is a reason to look at once.
const PERIOD: Duration = Duration::from_secs(60);

/// The pause between two sweeps of the directory, which ask for the age of every file.
const SWEEP_PERIOD: Duration = Duration::from_secs(60 * 60);

/// Deletes the pictures of removed messages at once, and every hour everything else that no message needs. Never ends.
///
/// Nothing is deleted while the wall is not known as it is now. A directory that hangs takes one thread.
pub(crate) async fn sweep(pictures: Arc<Pictures>, follow: Follow) -> Infallible {
    let (mut snapshots, mut swept_at) = (follow.subscribe(), None::<Instant>);
    let mut handled = Arc::<KnownPictures>::default();
    loop {
        let snapshot = follow.snapshot();
        let (known, is_readable) = (Arc::clone(&snapshot.pictures), snapshot.volume == VolumeHealth::Ok);
        if is_readable {
            let is_due = swept_at.is_none_or(|at| at.elapsed() >= SWEEP_PERIOD);
            let (uploads, all, before) = (pictures.uploads(), Arc::clone(&known), Arc::clone(&handled));
            let delete =
                move || if is_due { sweep_all(&uploads, &all) } else { remove(&uploads, &all, &before.removed) };
            match spawn_blocking(delete).await {
                Ok(Ok(deleted)) => {
                    if deleted > 0 {
                        tracing::info!(deleted, "pictures_deleted");
                    }
                    handled = Arc::clone(&known);
                    swept_at = if is_due { Some(Instant::now()) } else { swept_at };
                }
                Ok(Err(error)) => tracing::warn!(%error, "pictures_not_deleted"),
                Err(error) => tracing::error!(%error, "sweep_failed"),
            }
        }
        let is_news = |snapshot: &Arc<Snapshot>| {
            let is_readable_now = snapshot.volume == VolumeHealth::Ok;
            is_readable_now && (!is_readable || snapshot.pictures.removed != known.removed)
        };
        // The thread that follows the volume ends only with the process.
        let has_ended = matches!(timeout(PERIOD, snapshots.wait_for(is_news)).await, Ok(Err(_)));
        if has_ended {
            sleep(PERIOD).await;
        }
    }
}

fn sweep_all(uploads: &Uploads, known: &KnownPictures) -> io::Result<usize> {
    uploads.sweep(|picture| match () {
        () if known.used.contains(picture) => Use::Used,
        () if known.removed.contains(picture) => Use::Removed,
        () => Use::Unused,
    })
}

/// Deletes the pictures of messages that were removed since the last look.
fn remove(uploads: &Uploads, known: &KnownPictures, before: &HashSet<Picture>) -> io::Result<usize> {
    let new = known.removed.difference(before).filter(|picture| !known.used.contains(picture));
    let mut deleted = 0;
    for picture in new {
        uploads.remove(picture)?;
        deleted += 1;
    }
    Ok(deleted)
}
