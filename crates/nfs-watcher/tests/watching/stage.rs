//! A temporary directory, and a watcher that scans it on request.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, SystemTime};

use nfs_watcher::{Handle, NfsWatcher};
use notify::event::Flag;
use notify::{Config, Event, EventKind, RecursiveMode, Watcher};
use tempfile::TempDir;

/// The time limit of every wait. Only a failing test waits this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    directory: TempDir,
    pub(crate) watcher: RefCell<NfsWatcher>,
    pub(crate) handle: Handle,
    events: Receiver<notify::Result<Event>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let (sender, events) = mpsc::channel();
        let watcher = NfsWatcher::new(sender, config.with_manual_polling()).unwrap();
        let handle = watcher.handle();
        Self { directory: tempfile::tempdir().unwrap(), watcher: RefCell::new(watcher), handle, events }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> &Self {
        fs_err::write(self.path(name), content).unwrap();
        self
    }

    pub(crate) fn make_directory(&self, name: &str) -> &Self {
        fs_err::create_dir_all(self.path(name)).unwrap();
        self
    }

    pub(crate) fn remove(&self, name: &str) -> &Self {
        let path = self.path(name);
        if path.is_dir() { fs_err::remove_dir_all(path) } else { fs_err::remove_file(path) }.unwrap();
        self
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> &Self {
        fs_err::rename(self.path(from), self.path(to)).unwrap();
        self
    }

    pub(crate) fn set_modified(&self, name: &str, time: SystemTime) -> &Self {
        fs_err::OpenOptions::new().write(true).open(self.path(name)).unwrap().set_modified(time).unwrap();
        self
    }

    pub(crate) fn watch(&self, name: &str) -> &Self {
        self.watch_as(name, RecursiveMode::NonRecursive)
    }

    pub(crate) fn watch_as(&self, name: &str, mode: RecursiveMode) -> &Self {
        let path = self.path(name);
        self.watcher.borrow_mut().watch(&path, mode).unwrap();
        self
    }

    /// Scans once and returns the events.
    pub(crate) fn scan(&self) -> Vec<notify::Result<Event>> {
        let before = self.handle.scans();
        self.handle.scan_now();
        eventually("the scan is over", || self.handle.scans() > before);
        self.events.try_iter().collect()
    }

    /// Scans once and asserts that exactly these events are reported, in this order.
    #[track_caller]
    pub(crate) fn sees(&self, expected: &[(EventKind, &str)]) -> &Self {
        let events = self.scan().into_iter().map(|event| {
            let event = event.unwrap();
            let name = event.paths[0].strip_prefix(self.directory.path()).unwrap().to_str().unwrap().to_owned();
            (event.kind, name)
        });
        let expected = expected.iter().map(|(kind, name)| (*kind, (*name).to_owned()));
        assert_eq!(events.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        self
    }

    #[track_caller]
    pub(crate) fn sees_nothing(&self) -> &Self {
        self.sees(&[])
    }
}

pub(crate) fn is_rescan(event: &Event) -> bool {
    event.attrs.flag() == Some(Flag::Rescan)
}

pub(crate) use support::wait_until as eventually;

pub(crate) mod kind {
    use notify::EventKind;
    use notify::event::{CreateKind, DataChange, MetadataKind, ModifyKind, RemoveKind, RenameMode};

    pub(crate) const CREATED: EventKind = EventKind::Create(CreateKind::File);
    pub(crate) const FOLDER_CREATED: EventKind = EventKind::Create(CreateKind::Folder);
    pub(crate) const REMOVED: EventKind = EventKind::Remove(RemoveKind::File);
    pub(crate) const FOLDER_REMOVED: EventKind = EventKind::Remove(RemoveKind::Folder);
    pub(crate) const REPLACED: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));
    pub(crate) const RESIZED: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Size));
    pub(crate) const REWRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    pub(crate) const PERHAPS_REWRITTEN: EventKind = EventKind::Modify(ModifyKind::Any);
    pub(crate) const PERMISSIONS: EventKind = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Permissions));
}
