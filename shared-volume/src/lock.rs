//! The writers' lock.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use fs_err::os::unix::fs::OpenOptionsExt;

use crate::error::WriteError;
use crate::intent::{self, Intent};
use crate::volume::{FILE_MODE, WallDir, create_directory};

/// The first pause between two tries; one append on a busy NFS mount takes about ten times as long.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// The longest pause. Doubling stops here, else a waiter would starve behind writers that come and go quickly.
const LONGEST_PAUSE: Duration = Duration::from_millis(24);

/// The right to write a wall, held until dropped.
///
/// It is flock(2) on `writer.lock`, tried again and again: a *blocking* flock on EFS sleeps for 1, 2, 4 ... 30 s
/// between tries, because EFS has no callbacks. Each lock opens the file anew, because a lock belongs to the open
/// file description: two tasks of one process that shared it would not exclude each other.
#[derive(Debug)]
pub(crate) struct WriterLock {
    file: File,
}

impl WriterLock {
    /// Takes the lock of `wall`, whose directory is created when it is missing.
    pub(crate) fn acquire(wall: &WallDir, deadline: Instant) -> Result<Self, WriteError> {
        create_directory(wall.path())?;
        let path = wall.writer_lock();
        let file = open(&path)?;
        let began = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    let text = format!("failed to lock `{}`: {error}", path.display());
                    return Err(io::Error::new(error.kind(), text).into());
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(WriteError::Busy { waited: began.elapsed() });
            }
            // Jitter keeps waiters that met once from meeting again at every try.
            std::thread::sleep(pause.mul_f64(0.5 + fastrand::f64()).min(left));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl WriterLock {
    /// What the holder before has begun. Taking the lock has dropped what an NFS client remembered of the file.
    pub(crate) fn intent(&self) -> io::Result<Intent> {
        let mut text = vec![0; intent::BYTES];
        let length = self.file.read_at(&mut text, 0)?;
        Ok(Intent::parse(&text[..length]))
    }

    /// Tells whoever takes the lock next what is about to be done. It is known to the server when this returns.
    pub(crate) fn declare(&self, intent: Intent) -> io::Result<()> {
        self.file.write_all_at(&intent.to_bytes()?, 0)?;
        self.file.sync_data()
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing the file would release the lock as well; an error here leaves nothing else to try.
        drop(self.file.unlock());
    }
}

fn open(path: &Path) -> io::Result<File> {
    // LOCK_EX on NFS needs a file that is open for writing.
    let mut options = fs_err::OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened.map(fs_err::File::into_file),
    }
    let file = options.create(true).mode(FILE_MODE).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE))?;
    Ok(file.into_file())
}
