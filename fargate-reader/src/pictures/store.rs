//! Storing and reading pictures, from async code.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use shared_volume::message::{Picture, PictureSize};
use shared_volume::uploads::Uploads;

use super::error::PictureError;
use super::prepare::{Fault, Prepared, prepare};
use super::room::{Room, Slot, work};

/// The number of uploads that are worked on at once. Each holds the file that was uploaded.
const MAX_UPLOADS: usize = 4;

/// The number of pictures that are decoded at once: each may take 160 MB.
const MAX_DECODING: usize = 1;

/// The number of files that are read at once.
const MAX_READING: usize = 8;

/// The longest time that an upload waits for a place.
const SLOT_PATIENCE: Duration = Duration::from_secs(5);

/// The longest time that decoding waits for others, and the longest time that it takes.
const DECODE_PATIENCE: Duration = Duration::from_secs(20);

/// The longest time that storing takes.
const STORE_PATIENCE: Duration = Duration::from_secs(10);

/// The longest time that reading takes, waiting included.
const READ_PATIENCE: Duration = Duration::from_secs(5);

/// The pictures in the uploads directory.
#[derive(Debug)]
pub(crate) struct Pictures {
    uploads: Uploads,
    uploading: Room,
    decoding: Room,
    reading: Room,
}

/// A picture that was stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored {
    pub(crate) picture: Picture,
    /// True if it was not there before.
    pub(crate) is_new: bool,
}

impl Pictures {
    /// Returns the pictures in a directory, without touching it.
    pub(crate) fn new(dir: PathBuf) -> Self {
        let [uploading, decoding, reading] = [MAX_UPLOADS, MAX_DECODING, MAX_READING].map(Room::new);
        Self { uploads: Uploads::new(dir), uploading, decoding, reading }
    }

    /// Returns the directory of the files.
    pub(super) fn uploads(&self) -> Uploads {
        self.uploads.clone()
    }

    /// Takes a place for an upload. It is needed before the body is read.
    ///
    /// # Errors
    /// Returns [`PictureError::Busy`].
    pub(crate) async fn slot(&self) -> Result<Slot, PictureError> {
        self.uploading.enter(SLOT_PATIENCE).await
    }

    /// Stores an upload. The same upload with the same key has the same name.
    ///
    /// # Errors
    /// Returns an error if it is no picture, or cannot be stored. Nothing new remains then, or a file without a message.
    pub(crate) async fn store(&self, slot: &Slot, key: String, upload: Vec<u8>) -> Result<Stored, PictureError> {
        let place = self.decoding.enter(DECODE_PATIENCE).await?;
        let (picture, prepared) =
            work((slot.clone(), place), DECODE_PATIENCE, PictureError::Busy, move || named(&key, &upload)).await??;
        let uploads = self.uploads.clone();
        let store = move || uploads.store(&picture, &prepared.full, &prepared.small);
        let is_new = work(slot.clone(), STORE_PATIENCE, PictureError::Silent, store).await??;
        Ok(Stored { picture, is_new })
    }

    /// Deletes a picture that no message has. Failures are logged, because the sweep deletes it later.
    pub(crate) async fn discard(&self, slot: &Slot, picture: Picture) {
        let uploads = self.uploads.clone();
        let remove = move || uploads.remove(&picture);
        let removed = work(slot.clone(), STORE_PATIENCE, PictureError::Silent, remove).await;
        if let Err(error) = removed.and_then(|removed| Ok(removed?)) {
            tracing::warn!(%error, %picture, "picture_not_discarded");
        }
    }

    /// Reads a file of a picture. Returns `None` if it is missing, or no regular file.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be read, or does not answer in time.
    pub(crate) async fn read(&self, picture: Picture, size: PictureSize) -> Result<Option<Vec<u8>>, PictureError> {
        let begun = Instant::now();
        let place = self.reading.enter(READ_PATIENCE).await.map_err(|_| PictureError::Silent)?;
        let uploads = self.uploads.clone();
        let patience = READ_PATIENCE.saturating_sub(begun.elapsed());
        let read = work(place, patience, PictureError::Silent, move || uploads.read(&picture, size)).await?;
        match read {
            Err(error) if shared_volume::open::ForeignFile::of(&error).is_some() => {
                tracing::warn!(%error, "picture_foreign");
                Ok(None)
            }
            read => Ok(read?),
        }
    }
}

fn named(key: &str, upload: &[u8]) -> Result<(Picture, Prepared), Fault> {
    let prepared = prepare(upload)?;
    let digest = Sha256::digest(upload);
    let picture = Picture::named(&[key.as_bytes(), &digest], prepared.width, prepared.height);
    Ok((picture.map_err(|error| Fault::damaged(&error))?, prepared))
}
