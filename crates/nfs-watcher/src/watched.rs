//! One watched path: the result of its last scan, and the events that a new scan causes.

use std::fs::File;
use std::path::{Path, PathBuf};

use notify::event::{Event, EventKind, Flag};

use crate::mount::Mount;
use crate::scan::{Failure, Files, Scan, Scanner};

/// A path given to [`watch`](notify::Watcher::watch), with the result of its last successful scan.
#[derive(Debug)]
pub(crate) struct Watched {
    root: PathBuf,
    recursive: bool,
    follow_symlinks: bool,
    files: Files,
    /// The last successful scan could open the path.
    opened: bool,
    /// The path is a symbolic link, so its directory has to be opened too to learn its current target.
    is_link: bool,
    /// The last scan failed. The error was reported once, and `files` is kept.
    failing: bool,
}

impl Watched {
    pub(crate) fn new(root: PathBuf, recursive: bool, follow_symlinks: bool) -> Self {
        Self { root, recursive, follow_symlinks, files: Files::new(), opened: false, is_link: false, failing: false }
    }

    /// Scans for the first time and remembers the result.
    pub(crate) fn remember(&mut self, mount: Mount<'_>) -> notify::Result<()> {
        match self.try_scan(mount, false) {
            Ok(scan) => {
                self.adopt(mount, scan.files, scan.opened);
                mount.close(scan.open);
                Ok(())
            }
            Err(failure) => {
                self.failing = true;
                Err(failure.into())
            }
        }
    }

    /// Scans again. Returns the events since the last successful scan, and the file to close after they are reported.
    pub(crate) fn scan(&mut self, mount: Mount<'_>) -> (Vec<notify::Result<Event>>, Option<File>) {
        let mut scanned = self.try_scan(mount, self.opened && !self.is_link);
        if let Ok(scan) = &mut scanned
            && self.may_have_lost_its_name(scan)
        {
            mount.close(scan.open.take());
            scanned = self.try_scan(mount, false);
        }
        match scanned {
            Ok(Scan { files, open, opened }) => {
                let mut events = changes(&self.files, &files);
                if std::mem::take(&mut self.failing) {
                    events.push(rescan(&self.root, "the file system answers again"));
                }
                self.adopt(mount, files, opened);
                (events.into_iter().map(Ok).collect(), open)
            }
            Err(_) if self.failing => (Vec::new(), None),
            Err(failure) => {
                self.failing = true;
                (vec![Err(failure.into())], None)
            }
        }
    }

    /// `expected` states that the path still names the file that could be opened before.
    fn try_scan(&self, mount: Mount<'_>, expected: bool) -> Result<Scan, Failure> {
        let scanner = Scanner { mount, recursive: self.recursive, follow_symlinks: self.follow_symlinks };
        scanner.scan(&self.root, expected)
    }

    /// Returns true if the path may name another file now.
    ///
    /// An NFS client opens a file by the handle that it has cached for a name. While the file has another name, this works
    /// even after the name was given to another file. Only the change time of the inode reveals it.
    fn may_have_lost_its_name(&self, scan: &Scan) -> bool {
        match (self.files.get(&self.root), scan.files.get(&self.root)) {
            (Some(before), Some(now)) => now.may_be_renamed(before),
            _ => false,
        }
    }

    fn adopt(&mut self, mount: Mount<'_>, files: Files, opened: bool) {
        let identity = |files: &Files| files.get(&self.root).map(|root| root.identity());
        if identity(&self.files) != identity(&files) {
            self.is_link = mount.read_link(&self.root).is_some();
        }
        self.files = files;
        self.opened = opened;
    }
}

/// Returns an event that asks the owner to read the files again, because events may have been missed.
pub(crate) fn rescan(root: &Path, reason: &str) -> Event {
    Event::new(EventKind::Other).add_path(root.to_owned()).set_flag(Flag::Rescan).set_info(reason)
}

/// Returns the events between two scans. The content of a directory is removed before it and created after it.
fn changes(before: &Files, now: &Files) -> Vec<Event> {
    let removed =
        before.iter().rev().filter(|(path, _)| !now.contains_key(*path)).map(|(path, was)| (path, vec![was.removed()]));
    let present =
        now.iter().map(|(path, is)| (path, before.get(path).map_or_else(|| vec![is.created()], |was| was.became(is))));
    removed
        .chain(present)
        .flat_map(|(path, kinds)| kinds.into_iter().map(|kind| Event::new(kind).add_path(path.clone())))
        .collect()
}
