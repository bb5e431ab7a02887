//! A segment: one immutable file in `retries/` with events that are sorted by key.
//!
//! The name is `<newest>-<count>-<ULID>.events`: the time at which the newest event was applied, in milliseconds since 1970,
//! and the number of events. The content is the first four bytes of each key, followed by the events of 64 bytes each.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ulid::Ulid;

use super::applied::{Applied, EventKey};
use crate::open::{self, ForeignFile};
use crate::replace;

const PREFIX_BYTES: usize = 4;

/// The largest number of events in a segment. The keys of a file whose name claims more might not fit into memory.
const MAX_EVENTS: u64 = 4 * 1024 * 1024;

/// The name of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SegmentName {
    /// The time at which the newest event was applied, in milliseconds since 1970.
    pub(super) newest: i64,
    pub(super) count: u64,
    id: Ulid,
}

impl SegmentName {
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(".events")?.splitn(3, '-');
        let parsed = Self {
            newest: parts.next()?.parse().ok()?,
            count: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
        };
        (parsed.to_file_name() == name).then_some(parsed)
    }

    pub(super) fn to_file_name(self) -> String {
        format!("{:013}-{}-{}.events", self.newest, self.count, self.id)
    }
}

/// An open segment, with the first four bytes of each key in memory.
#[derive(Debug)]
pub(super) struct Segment {
    file: File,
    path: PathBuf,
    prefixes: Vec<u32>,
}

impl Segment {
    /// Writes a segment durably. `events` must not be empty.
    pub(super) fn write(directory: &Path, mut events: Vec<(EventKey, Applied)>) -> io::Result<SegmentName> {
        events.sort_by_key(|(key, _)| *key);
        events.dedup_by_key(|(key, _)| *key);
        let newest = events.iter().map(|(_, applied)| applied.at).max().unwrap_or(Timestamp::UNIX_EPOCH);
        let name = SegmentName { newest: newest.as_millisecond(), count: events.len() as u64, id: Ulid::generate() };
        let prefixes: Vec<u8> = events.iter().flat_map(|(key, _)| prefix(*key).to_be_bytes()).collect();
        let records: Vec<u8> = events.iter().flat_map(|(key, applied)| applied.to_bytes(*key)).collect();
        replace::put(&directory.join(name.to_file_name()), &[&prefixes, &records])?;
        Ok(name)
    }

    /// Opens a segment. Returns `None` if it is missing because another writer has merged it.
    pub(super) fn open(directory: &Path, name: SegmentName) -> io::Result<Option<Self>> {
        let path = directory.join(name.to_file_name());
        let Some(file) = open::read(&path)? else { return Ok(None) };
        let length = file.metadata()?.len();
        let count = usize::try_from(name.count).unwrap_or(usize::MAX);
        if name.count > MAX_EVENTS || length != name.count.saturating_mul((PREFIX_BYTES + Applied::BYTES) as u64) {
            return Err(damaged(&path));
        }
        let mut bytes = vec![0; count * PREFIX_BYTES];
        file.read_exact_at(&mut bytes, 0).map_err(|error| open::failed("read", &path, &error))?;
        let prefixes = bytes.as_chunks::<PREFIX_BYTES>().0.iter().map(|prefix| u32::from_be_bytes(*prefix));
        let prefixes: Vec<u32> = prefixes.collect();
        if !prefixes.is_sorted() {
            return Err(damaged(&path));
        }
        Ok(Some(Self { file, path, prefixes }))
    }

    /// Looks up an event. Reads the file only if the first four bytes of a key are equal.
    pub(super) fn find(&self, key: EventKey) -> io::Result<Option<Applied>> {
        let wanted = prefix(key);
        let mut at = self.prefixes.partition_point(|found| *found < wanted);
        while self.prefixes.get(at) == Some(&wanted) {
            let (found, applied) = self.event(at)?;
            if found == key {
                return Ok(Some(applied));
            }
            at += 1;
        }
        Ok(None)
    }

    /// Reads all events, sorted by key.
    pub(super) fn events(&self) -> io::Result<Vec<(EventKey, Applied)>> {
        let mut bytes = vec![0; self.prefixes.len() * Applied::BYTES];
        self.file.read_exact_at(&mut bytes, self.offset(0))?;
        let chunks = bytes.as_chunks::<{ Applied::BYTES }>().0.iter();
        chunks.map(|bytes| Applied::from_bytes(bytes).ok_or_else(|| damaged(&self.path))).collect()
    }

    fn event(&self, at: usize) -> io::Result<(EventKey, Applied)> {
        let mut bytes = [0; Applied::BYTES];
        self.file.read_exact_at(&mut bytes, self.offset(at))?;
        Applied::from_bytes(&bytes).ok_or_else(|| damaged(&self.path))
    }

    fn offset(&self, at: usize) -> u64 {
        (self.prefixes.len() * PREFIX_BYTES + at * Applied::BYTES) as u64
    }
}

fn prefix(key: EventKey) -> u32 {
    let [a, b, c, d, ..] = key.0.0;
    u32::from_be_bytes([a, b, c, d])
}

fn damaged(path: &Path) -> io::Error {
    let expected = "what its name says; delete it to forget its events";
    ForeignFile { name: open::short_name(path), found: "damaged", expected }.into()
}
