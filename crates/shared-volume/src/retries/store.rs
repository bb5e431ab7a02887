//! The segments of a wall, as one writer knows them.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ulid::Ulid;

use super::applied::{Applied, EventKey};
use super::segment::{Segment, SegmentName};
use crate::lock::WriterLock;
use crate::volume::WallDir;
use crate::{open, replace, time};

/// The number of segments of about the same size that are merged into one.
const MERGED: usize = 4;

/// Segments with this many events are not merged: other writers would have to wait for it.
const MAX_MERGED: u64 = 256 * 1024;

/// The events of a wall that are stored in `retries/`.
#[derive(Debug)]
pub(crate) struct RetryStore {
    directory: PathBuf,
    pub(crate) window: Duration,
    /// The version of the directory that `segments` reflects: see `State::retries`.
    known: Option<Ulid>,
    segments: BTreeMap<SegmentName, Segment>,
}

impl RetryStore {
    pub(crate) fn new(wall: &WallDir, window: Duration) -> Self {
        Self { directory: wall.retries(), window, known: None, segments: BTreeMap::new() }
    }

    /// Looks up a stored event.
    pub(crate) fn find(&mut self, lock: &WriterLock<'_>, key: EventKey) -> io::Result<Option<Applied>> {
        self.refresh(lock)?;
        for segment in self.segments.values().rev() {
            if let Some(applied) = segment.find(key)? {
                return Ok(Some(applied));
            }
        }
        Ok(None)
    }

    /// Stores events durably, deletes those that are older than the window, and merges small segments. The caller then
    /// stores the state.
    pub(crate) fn add(&mut self, lock: &mut WriterLock<'_>, events: Vec<(EventKey, Applied)>) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        open::create_directory(&self.directory)?;
        self.refresh(lock)?;
        // Makes other writers list the directory again, even if the following fails.
        lock.state.retries = Ulid::generate();
        self.known = Some(lock.state.retries);
        let added = self.write(events).inspect_err(|_| self.known = None)?;
        self.expire();
        self.merge(added).inspect_err(|_| self.known = None)
    }

    fn write(&mut self, events: Vec<(EventKey, Applied)>) -> io::Result<SegmentName> {
        let name = Segment::write(&self.directory, events)?;
        self.segments.extend(Segment::open(&self.directory, name)?.map(|segment| (name, segment)));
        Ok(name)
    }

    /// Merges segments of about the same size while there are [`MERGED`] of them.
    fn merge(&mut self, mut added: SegmentName) -> io::Result<()> {
        loop {
            let alike: Vec<SegmentName> = self
                .segments
                .keys()
                .filter(|name| size_class(name.count) == size_class(added.count))
                .copied()
                .collect();
            if alike.len() < MERGED || added.count >= MAX_MERGED {
                return Ok(());
            }
            let now = time::now();
            let mut events = Vec::new();
            for segment in alike.iter().filter_map(|name| self.segments.get(name)) {
                events.extend(segment.events()?);
            }
            events.retain(|(_, applied)| applied.is_within(self.window, now));
            if !events.is_empty() {
                added = self.write(events)?;
            }
            for name in alike.into_iter().filter(|name| *name != added) {
                self.remove(name);
            }
            if !self.segments.contains_key(&added) {
                return Ok(());
            }
        }
    }

    fn expire(&mut self) {
        let oldest = time::now().as_millisecond() - i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX);
        let expired: Vec<SegmentName> = self.segments.keys().filter(|name| name.newest < oldest).copied().collect();
        expired.into_iter().for_each(|name| self.remove(name));
    }

    fn remove(&mut self, name: SegmentName) {
        self.segments.remove(&name);
        // A file that remains is listed and removed again later. Its events are correct.
        drop(fs_err::remove_file(self.directory.join(name.to_file_name())));
    }

    /// Lists the directory again if another writer has changed it.
    fn refresh(&mut self, lock: &WriterLock<'_>) -> io::Result<()> {
        if self.known == Some(lock.state.retries) {
            return Ok(());
        }
        let names = self.list()?;
        self.segments.retain(|name, _| names.contains(name));
        for name in names {
            if !self.segments.contains_key(&name) {
                self.segments.extend(Segment::open(&self.directory, name)?.map(|segment| (name, segment)));
            }
        }
        self.known = Some(lock.state.retries);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<SegmentName>> {
        if open::directory(&self.directory)?.is_none() {
            return Ok(Vec::new());
        }
        replace::remove_leftovers(&self.directory)?;
        let mut names = Vec::new();
        for entry in fs_err::read_dir(&self.directory)? {
            names.extend(entry?.file_name().to_str().and_then(SegmentName::parse));
        }
        Ok(names)
    }
}

/// Returns the logarithm of the number of events to the base [`MERGED`]. Segments of equal class are merged.
fn size_class(count: u64) -> u32 {
    count.max(64).ilog(MERGED as u64)
}
