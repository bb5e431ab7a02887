//! The processes of this machine or container, as `/proc` lists them.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

/// The kernel cuts the names of processes to this length.
const NAME_BYTES: usize = 15;

/// The longest line in `/proc/<pid>/stat` that is read.
const MAX_STAT_BYTES: u64 = 1024;

/// A process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) parent: i32,
    name: Vec<u8>,
    /// The time of its start, in ticks of the kernel.
    started: u64,
}

/// Returns the processes that exist now.
pub(crate) fn all() -> impl Iterator<Item = Process> {
    let entries = fs_err::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(read)
}

/// Returns the id of the oldest process with this name.
pub(crate) fn oldest(name: &OsStr) -> Option<i32> {
    let name = &name.as_bytes()[..name.len().min(NAME_BYTES)];
    all()
        .filter(|process| process.name == name)
        .min_by_key(|process| (process.started, process.pid))
        .map(|found| found.pid)
}

fn read(pid: i32) -> Option<Process> {
    let mut stat = Vec::new();
    File::open(format!("/proc/{pid}/stat")).ok()?.take(MAX_STAT_BYTES).read_to_end(&mut stat).ok()?;
    // The name stands in parentheses and may contain any of them.
    let (open, close) = (stat.iter().position(|byte| *byte == b'(')?, stat.iter().rposition(|byte| *byte == b')')?);
    let name = stat.get(open + 1..close)?.to_vec();
    let rest = std::str::from_utf8(stat.get(close + 1..)?).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let started = fields.nth(17)?.parse().ok()?;
    Some(Process { pid, parent, name, started })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_found_with_its_parent() {
        let me = read(std::process::id().cast_signed()).unwrap();
        assert_eq!(me.parent, rustix::process::getppid().unwrap().as_raw_nonzero().get());
        assert!(me.started > 0 && all().any(|process| process.pid == me.pid));
        assert!(oldest(OsStr::new("no such program")).is_none());
    }
}
