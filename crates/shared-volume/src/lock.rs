//! The writers' lock.

mod patience;

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ulid::Ulid;

use self::patience::Patience;
use crate::error::WriteError;
use crate::state::{STATE_BYTES, State};
use crate::volume::WallDir;
use crate::{local, open};

/// The file `writer.lock` of one wall.
///
/// It is opened for each lock: a lock belongs to the open file description, and a file that stays open for writing would
/// prevent an operator from making the mount read-only.
#[derive(Debug)]
pub(crate) struct LockFile {
    wall: WallDir,
    path: PathBuf,
    was_taken: bool,
    /// The time for which this writer held the lock last.
    held: Duration,
    /// The device on which the file was last, and true if it is local.
    device: Option<(u64, bool)>,
}

/// The right to write a wall. It ends when this is dropped.
///
/// The lock is a non-blocking flock(2) that is retried. A *blocking* flock on EFS sleeps for 1, 2, 4 ... 30 s between
/// attempts, because EFS has no callbacks.
#[derive(Debug)]
pub(crate) struct WriterLock<'a> {
    file: File,
    identity: (u64, u64),
    path: &'a Path,
    /// The shared state. [`WriterLock::declare`] stores it.
    pub(crate) state: State,
    holder: Ulid,
    /// True if this writer has not held the lock before. Its process may have been started because another one crashed.
    pub(crate) is_first: bool,
    is_local: bool,
    since: Instant,
    held: &'a mut Duration,
}

impl LockFile {
    /// Returns the lock file of `wall` without opening it.
    pub(crate) fn new(wall: WallDir) -> Self {
        Self { path: wall.writer_lock(), wall, was_taken: false, held: patience::FIRST_GUESS, device: None }
    }

    /// Takes the lock, retrying until `deadline`.
    pub(crate) fn acquire(&mut self, deadline: Instant) -> Result<WriterLock<'_>, WriteError> {
        let patience = Patience::new(deadline, self.held);
        loop {
            let file = self.open()?;
            lock(&file, &self.path, &patience)?;
            let since = Instant::now();
            let is_local = self.is_local(&file);
            // Another writer may have replaced the file during the wait.
            refresh_names(&self.wall, is_local)?;
            if let Some(identity) = self.named_identity(&file)? {
                let state = read_state(&file).map_err(|error| open::failed("read", &self.path, &error))?;
                let is_first = !std::mem::replace(&mut self.was_taken, true);
                return Ok(WriterLock {
                    is_local,
                    file,
                    identity,
                    path: &self.path,
                    state,
                    holder: Ulid::generate(),
                    is_first,
                    since,
                    held: &mut self.held,
                });
            }
            // The lock file was deleted or replaced. Locking the old one excludes no other writer.
        }
    }

    /// Returns true if only this host writes to the file system. On NFS that question is a request, so it is asked once.
    fn is_local(&mut self, file: &File) -> bool {
        let device = open::identity_of_name(&self.path).map(|(device, _)| device);
        match self.device {
            Some((known, is_local)) if device == Some(known) => is_local,
            _ => {
                let is_local = local::is_local(file);
                self.device = device.map(|device| (device, is_local));
                is_local
            }
        }
    }

    fn open(&self) -> Result<File, WriteError> {
        // LOCK_EX on NFS needs a file that is open for writing.
        match open::edit(&self.path) {
            Ok(Some(file)) => Ok(file),
            opened => {
                // The directory may be missing, or something else.
                drop(self.wall.open()?);
                opened?;
                Ok(self.create()?)
            }
        }
    }

    fn create(&self) -> io::Result<File> {
        // `append_or_create` opens with O_APPEND, and the state is written at offset 0.
        drop(open::append_or_create(&self.path)?);
        open::edit(&self.path)?.ok_or_else(|| io::Error::other("writer.lock was deleted while it was created"))
    }

    /// Returns device and inode of the open file if the path still names it. Taking the lock has made an NFS client fetch the
    /// attributes.
    fn named_identity(&self, file: &File) -> io::Result<Option<(u64, u64)>> {
        match file.metadata() {
            Ok(metadata) if metadata.nlink() == 0 => Ok(None),
            Ok(metadata) => {
                let identity = (metadata.dev(), metadata.ino());
                Ok(open::identity_of_name(&self.path).filter(|named| *named == identity))
            }
            Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle => Ok(None),
            Err(error) => Err(open::failed("ask for the metadata of", &self.path, &error)),
        }
    }
}

fn lock(file: &File, path: &Path, patience: &Patience) -> Result<(), WriteError> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => patience.pause()?,
            // The file was deleted on the server. The caller detects this and opens it again.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::StaleNetworkFileHandle => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(open::failed("lock", path, &error).into()),
        }
    }
}

/// Makes an NFS client ask the server again for the names in the directory of a wall. It opens files by the names that it has
/// cached, unless the directory was opened before. Also finds that the volume is not mounted any more.
fn refresh_names(wall: &WallDir, is_local: bool) -> io::Result<()> {
    if is_local && !wall.must_be_mounted() { Ok(()) } else { wall.open().map(drop) }
}

fn read_state(file: &File) -> io::Result<State> {
    let mut text = vec![0; STATE_BYTES];
    let mut length = 0;
    while length < text.len() {
        match file.read_at(&mut text[length..], length as u64) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(State::parse(&text[..length]))
}

impl WriterLock<'_> {
    /// Returns true if only this host writes to the file system.
    pub(crate) fn is_local(&self) -> bool {
        self.is_local
    }

    /// Stores the state for the next holder of the lock. It is durable when this returns.
    ///
    /// # Errors
    /// Returns an error if the state cannot be stored or another writer has taken the lock. On NFS a client that is cut
    /// off loses its lock, and writing through the descriptor then fails with EIO.
    pub(crate) fn declare(&mut self) -> io::Result<()> {
        self.store()?;
        self.file.sync_data().map_err(|error| open::failed("write", self.path, &error))
    }

    /// Stores the state before an append. It is durable when this returns, unless the file system is local.
    ///
    /// A local file system keeps the state of a process that was killed, and after a power failure no bytes arrive late.
    ///
    /// # Errors
    /// Returns the same errors as [`WriterLock::declare`].
    pub(crate) fn declare_append(&mut self) -> io::Result<()> {
        if self.is_local { self.store() } else { self.declare() }
    }

    fn store(&mut self) -> io::Result<()> {
        self.check_held()?;
        self.state.holder = self.holder;
        let state = self.state.to_bytes()?;
        self.file.write_all_at(&state, 0).map_err(|error| open::failed("write", self.path, &error))
    }

    /// Makes an NFS client ask the server again for the names in the directory of the wall.
    pub(crate) fn refresh_names(&self, wall: &WallDir) -> io::Result<()> {
        refresh_names(wall, self.is_local)
    }

    /// Checks that no other writer has stored a state since the lock was taken or [`WriterLock::declare`] was called.
    pub(crate) fn check_held(&self) -> io::Result<()> {
        let stored = read_state(&self.file).map_err(|error| open::failed("read", self.path, &error))?;
        if stored.holder == self.state.holder && open::identity_of_name(self.path) == Some(self.identity) {
            return Ok(());
        }
        Err(io::Error::other("the writers' lock was lost to another writer"))
    }
}

impl Drop for WriterLock<'_> {
    fn drop(&mut self) {
        // Closing the file releases the lock as well, so an error here can be ignored.
        drop(self.file.unlock());
        *self.held = self.since.elapsed();
    }
}
