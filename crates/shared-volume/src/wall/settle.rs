//! The beginning of a lock cycle: settles a write that an earlier holder of the lock left unfinished.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Instant;

use super::carry;
use super::file::LogFile;
use super::session::Session;
use super::trash;
use super::view::View;
use crate::config::{self, in_force};
use crate::error::WriteError;
use crate::intent::Intent;
use crate::lock::LockFile;
use crate::retries::RetryStore;
use crate::volume::WallDir;
use crate::{files, open, replace};

impl<'a> Session<'a> {
    /// Takes the lock, retrying until `deadline`, settles the last intent, and reads what was added to the log.
    pub(super) fn begin(
        wall: &'a WallDir,
        lock: &'a mut LockFile,
        view: &'a mut View,
        retries: &'a mut RetryStore,
        deadline: Instant,
    ) -> Result<Self, WriteError> {
        let lock = lock.acquire(deadline)?;
        let in_force = in_force(wall)?;
        let (log, may_sync_later, unsynced) = (None, false, None);
        let mut session = Self { wall, lock, view, retries, in_force, log, may_sync_later, unsynced };
        session.settle()?;
        Ok(session)
    }

    /// Settles the intent of the last holder of the lock.
    fn settle(&mut self) -> io::Result<()> {
        let intent = self.lock.state.intent;
        // A writer that crashed before its declaration has left a temporary file without an intent.
        if intent == Intent::Replace || intent == Intent::Unknown || self.lock.is_first {
            replace::remove_leftovers(self.wall.path())?;
            config::remove_leftovers(self.wall)?;
            files::remove_leftovers(self.wall)?;
        }
        let log = self.open_log()?;
        let (settled, appended) = match &log {
            None => (true, false),
            Some(log) => {
                let read = |from, bytes| log.read_range(from, usize::try_from(bytes).unwrap_or(usize::MAX));
                let settled = intent.is_settled((log.metadata.ino(), log.len()), read)?;
                let is_append = matches!(intent, Intent::Append { inode, .. } if inode == log.metadata.ino());
                (settled, settled && is_append)
            }
        };
        if let Some(log) = log.as_ref().filter(|_| intent == Intent::Replace) {
            carry::forget(&mut self.lock.state, &trash::remove_names_of(self.wall, log)?);
        }
        if let (Some(log), Intent::Append { inode, from, .. }) = (&log, intent)
            && !settled
            && inode == log.metadata.ino()
        {
            self.lock.state.late = intent;
            carry::settle_arrived(self.wall, &mut self.lock.state, log, from)?;
        }
        carry::settle(&mut self.lock.state, appended);
        match log {
            // `View::read` asks the server again before it treats the log as missing.
            None => self.view.read()?,
            log => self.view.read_file(log)?,
        }
        self.view.forget_recorded(self.lock.state.recorded);
        if settled { Ok(()) } else { self.move_log() }
    }

    /// Opens the log once for the whole session, because each open is two requests on NFS.
    fn open_log(&mut self) -> io::Result<Option<LogFile>> {
        let path = self.wall.content();
        match open::append(&path) {
            Ok(None) => Ok(None),
            Ok(Some(file)) => {
                let file = Arc::new(file);
                self.log = Some(Arc::clone(&file));
                LogFile::new(file, &path).map(Some)
            }
            // The log of another user cannot be appended to, but it can be replaced.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => LogFile::open(&path),
            Err(error) => Err(error),
        }
    }
}
