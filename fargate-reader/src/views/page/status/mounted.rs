//! The volume, as this task has it mounted.

use shared_volume::sizes::{Measured, Size};

use super::content::StatusPage;
use super::looking::shown;
use super::numbers::{bytes, count, plural};
use crate::follow::{Facts, Mount, WatcherKind};
use crate::views::moment::Moment;
use crate::views::page::visible::visible;

/// The largest number of options that are shown.
const MOST: usize = 24;

/// The longest text that is shown of a path, a source or an option, in characters.
const LONGEST: usize = 200;

/// Facts of the volume.
#[derive(Debug)]
pub(super) struct Mounted {
    pub(super) rows: Vec<Row>,
    /// The sizes of its files.
    pub(super) sizes: Vec<Row>,
    /// The options of the mount; empty for those who may not see them.
    pub(super) options: Vec<String>,
    pub(super) measured: Option<Moment>,
    /// True if there is more to see for others.
    pub(super) is_hidden: bool,
}

/// A name and a value.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
}

impl Mounted {
    pub(super) fn new(page: &StatusPage<'_>) -> Self {
        let (facts, with_details) = (page.facts, page.with_details);
        let mount = facts.mount.as_deref();
        let mut rows: Vec<_> = mount.filter(|_| with_details).map(place).into_iter().flatten().collect();
        rows.push(Row { id: "kind", name: "file system", value: kind(mount) });
        rows.push(Row { id: "watcher", name: "watcher", value: watcher(page) });
        let parts =
            [Measured::Log, Measured::History, Measured::Rejected, Measured::Retries, Measured::Trash, Measured::Files];
        let options = mount
            .filter(|_| with_details)
            .map(|mount| mount.options.iter().take(MOST).map(|text| clean(text)).collect());
        Self {
            rows,
            sizes: parts.into_iter().map(|part| size(facts, part)).collect(),
            options: options.unwrap_or_default(),
            measured: facts.measured.map(Moment::from),
            is_hidden: !with_details && mount.is_some(),
        }
    }
}

fn place(mount: &Mount) -> [Row; 2] {
    let access = if mount.is_read_only() { "read-only here" } else { "writable here" };
    let place = format!("{}, {access}", clean(&mount.point.to_string_lossy()));
    let part = if mount.root == "/" { String::new() } else { format!(", its part {}", clean(&mount.root)) };
    let source = format!("{}{part}", clean(&mount.source));
    [Row { id: "point", name: "mounted at", value: place }, Row { id: "source", name: "source", value: source }]
}

/// Returns the file system in words.
pub(super) fn kind(mount: Option<&Mount>) -> String {
    let Some(mount) = mount else { return "not known".to_owned() };
    match mount.option("vers").filter(|_| mount.is_nfs()) {
        Some(version) => format!("{}, version {}", clean(&mount.kind), clean(version)),
        None => clean(&mount.kind),
    }
}

fn watcher(page: &StatusPage<'_>) -> String {
    let interval = page.me.interval_ms.map(|ms| shown(std::time::Duration::from_millis(ms)));
    match (page.snapshot.watcher, interval) {
        (Some(WatcherKind::Native), _) => "inotify: the kernel reports the writes of this host".to_owned(),
        (Some(WatcherKind::Nfs), Some(interval)) => {
            format!("nfs-watcher: opens both files and compares, every {interval}")
        }
        (Some(WatcherKind::Nfs), None) => "nfs-watcher: opens both files and compares".to_owned(),
        (None, _) => "none yet".to_owned(),
    }
}

fn size(facts: &Facts, part: Measured) -> Row {
    let (id, name) = match part {
        Measured::Log => ("size-content", "content"),
        Measured::History => ("size-history", "history/"),
        Measured::Rejected => ("size-rejected", "rejected/"),
        Measured::Retries => ("size-retries", "retries/"),
        Measured::Trash => ("size-trash", "trash/"),
        Measured::Files => ("size-files", "files/"),
        Measured::Configuration | Measured::Lock => ("size-other", part.name()),
    };
    Row { id, name, value: described(facts, part) }
}

/// Describes the size of a part: of a directory also the number of its files.
pub(super) fn described(facts: &Facts, part: Measured) -> String {
    match facts.size(part) {
        Some(Size { files: 0, .. }) => "none".to_owned(),
        Some(Size { files, bytes: size, is_cut }) if part.name().ends_with('/') => {
            let more = if is_cut { "more than " } else { "" };
            format!("{more}{} {}, {}", count(files), plural(files, "file", "files"), bytes(size))
        }
        Some(Size { bytes: size, .. }) => bytes(size),
        None if facts.measured.is_some() => "cannot be read".to_owned(),
        None => "not measured yet".to_owned(),
    }
}

/// Returns a short text in which every character can be seen.
fn clean(text: &str) -> String {
    let short: String = text.chars().take(LONGEST).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("{}{more}", visible(&short))
}
