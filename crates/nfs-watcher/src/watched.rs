//! One watched path: what was seen of it, and what a new look tells.

use std::fs::File;
use std::path::{Path, PathBuf};

use notify::event::{Event, EventKind, Flag};

use crate::mount::Mount;
use crate::scan::{Failure, Look, Scan, Seen};

/// A path given to [`watch`](notify::Watcher::watch), with what the last good look found there.
#[derive(Debug)]
pub(crate) struct Watched {
    root: PathBuf,
    recursive: bool,
    follow_symlinks: bool,
    seen: Seen,
    /// The last good look could open the path.
    opened: bool,
    /// The path is a symbolic link, so its directory has to be opened too to learn where it points now.
    is_link: bool,
    /// Looks fail. The owner was told so once, and what was seen before is kept.
    failing: bool,
}

impl Watched {
    pub(crate) fn new(root: PathBuf, recursive: bool, follow_symlinks: bool) -> Self {
        Self { root, recursive, follow_symlinks, seen: Seen::new(), opened: false, is_link: false, failing: false }
    }

    /// The first look: remembers what is there.
    pub(crate) fn remember(&mut self, mount: Mount<'_>) -> notify::Result<()> {
        match self.scan(mount, false) {
            Ok(look) => {
                self.adopt(mount, look.seen, look.opened);
                mount.close(look.open);
                Ok(())
            }
            Err(failure) => {
                self.failing = true;
                Err(failure.into())
            }
        }
    }

    /// Looks again and answers what is new since the last good look, and the file to close when that is told.
    pub(crate) fn look(&mut self, mount: Mount<'_>) -> (Vec<notify::Result<Event>>, Option<File>) {
        let mut scanned = self.scan(mount, self.opened && !self.is_link);
        if let Ok(look) = &mut scanned
            && self.may_have_lost_its_name(look)
        {
            mount.close(look.open.take());
            scanned = self.scan(mount, false);
        }
        match scanned {
            Ok(Look { seen, open, opened }) => {
                let mut news = changes(&self.seen, &seen);
                if std::mem::take(&mut self.failing) {
                    news.push(rescan(&self.root, "the file system answers again"));
                }
                self.adopt(mount, seen, opened);
                (news.into_iter().map(Ok).collect(), open)
            }
            Err(_) if self.failing => (Vec::new(), None),
            Err(failure) => {
                self.failing = true;
                (vec![Err(failure.into())], None)
            }
        }
    }

    /// `expected` says that the path still names what could be opened before.
    fn scan(&self, mount: Mount<'_>, expected: bool) -> Result<Look, Failure> {
        let scan = Scan { mount, recursive: self.recursive, follow_symlinks: self.follow_symlinks };
        scan.look(&self.root, expected)
    }

    /// An NFS client opens a file by the handle that it remembers for a name. As long as the file has another name, that
    /// works, though the name was given to another file: only the time of the inode's last change shows it.
    fn may_have_lost_its_name(&self, look: &Look) -> bool {
        match (self.seen.get(&self.root), look.seen.get(&self.root)) {
            (Some(before), Some(now)) => now.may_be_renamed(before),
            _ => false,
        }
    }

    fn adopt(&mut self, mount: Mount<'_>, seen: Seen, opened: bool) {
        let identity = |seen: &Seen| seen.get(&self.root).map(|root| root.identity());
        if identity(&self.seen) != identity(&seen) {
            self.is_link = mount.read_link(&self.root).is_some();
        }
        self.seen = seen;
        self.opened = opened;
    }
}

/// An event that tells the owner to look for itself, because events may have been missed.
pub(crate) fn rescan(root: &Path, why: &str) -> Event {
    Event::new(EventKind::Other).add_path(root.to_owned()).set_flag(Flag::Rescan).set_info(why)
}

/// What happened between two looks. What is in a directory goes before the directory does, and comes after it.
fn changes(before: &Seen, now: &Seen) -> Vec<Event> {
    let gone =
        before.iter().rev().filter(|(path, _)| !now.contains_key(*path)).map(|(path, was)| (path, vec![was.removed()]));
    let here =
        now.iter().map(|(path, is)| (path, before.get(path).map_or_else(|| vec![is.created()], |was| was.became(is))));
    gone.chain(here)
        .flat_map(|(path, kinds)| kinds.into_iter().map(|kind| Event::new(kind).add_path(path.clone())))
        .collect()
}
