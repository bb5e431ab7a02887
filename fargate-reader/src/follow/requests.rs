//! The requests that following the volume costs.

use std::path::Path;
use std::time::{Duration, Instant};

use super::mount::{Mount, escaped, read_proc};

/// The file in which the kernel counts the requests of each NFS mount. Reading it calls no server.
const MOUNTSTATS: &str = "/proc/self/mountstats";

/// The requests of one look of the watcher: an open and a close for each of two files. Measured: `docs/nfs.md`.
const OF_A_LOOK: f64 = 4.0;

/// The requests of one scan of the thread: the directory and both files. Measured: `docs/nfs.md`, 0.625 a second at one scan in 5 s.
const OF_A_SCAN: f64 = 3.125;

/// The shortest time between two readings of the counters.
const SHORTEST: Duration = Duration::from_secs(2);

/// The longest time between two readings of the counters. The rate of the time before says nothing about now.
const LONGEST: Duration = Duration::from_secs(30);

/// The requests a second, and their origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RequestRate {
    pub(crate) per_second: f64,
    /// True if the kernel has counted them. Otherwise the looks were counted, with what each would cost on NFS.
    pub(crate) is_counted: bool,
}

/// The counters of the kernel, as they were read last.
#[derive(Debug, Default)]
pub(super) struct Counters {
    last: Option<(Instant, u64)>,
    rate: Option<RequestRate>,
}

impl RequestRate {
    /// Returns the rate of looks of the watcher and of scans of the thread that were counted.
    pub(super) fn of_looks(looks: usize, scans: usize, within: Duration) -> Self {
        let requests = looks as f64 * OF_A_LOOK + scans as f64 * OF_A_SCAN;
        // In its first second a reader has looked more often than it will.
        Self { per_second: requests / within.as_secs_f64().max(1.0), is_counted: false }
    }

    /// Returns the requests a second of a reader that looks at this interval and scans everything every 5 s.
    pub(crate) fn at(interval: Duration) -> f64 {
        OF_A_LOOK / interval.as_secs_f64() + OF_A_SCAN / 5.0
    }
}

impl Counters {
    /// Reads the counters of a mount, unless that was a moment ago. Returns the rate since the reading before; `None` before the second
    /// one, and if the kernel does not count.
    pub(super) fn rate(&mut self, mount: &Mount) -> Option<RequestRate> {
        let now = Instant::now();
        if self.last.is_some_and(|(read, _)| now.saturating_duration_since(read) < SHORTEST) {
            return self.rate;
        }
        let count = read_proc(MOUNTSTATS).ok().and_then(|text| requests(&text, &mount.point))?;
        let recent = self.last.replace((now, count)).filter(|(read, _)| now.saturating_duration_since(*read) < LONGEST);
        self.rate = recent.and_then(|(read, before)| {
            let per_second = count.checked_sub(before)? as f64 / now.saturating_duration_since(read).as_secs_f64();
            Some(RequestRate { per_second, is_counted: true })
        });
        self.rate
    }
}

/// Returns the number of requests of the mount at `point`: the sum of the first number of each line of its `per-op statistics`.
fn requests(text: &[u8], point: &Path) -> Option<u64> {
    let mounted = [b" mounted on ".as_slice(), &escaped(point), b" with fstype nfs"].concat();
    let lines = text.split(|byte| *byte == b'\n');
    let mut is_ours = false;
    let mut count = None;
    for line in lines {
        if line.starts_with(b"device ") {
            is_ours = line.windows(mounted.len()).any(|part| part == mounted);
            // Of several mounts at one place the last is the one that is seen.
            count = if is_ours { Some(None) } else { count };
        } else if is_ours && line.trim_ascii() == b"per-op statistics" {
            count = Some(Some(0));
        } else if is_ours && let Some(Some(sum)) = &mut count {
            let line = String::from_utf8_lossy(line);
            let first = line.split_once(':').and_then(|(_, numbers)| numbers.split_whitespace().next());
            *sum = u64::saturating_add(*sum, first.and_then(|first| first.parse().ok()).unwrap_or(0));
        }
    }
    count.flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATS: &str = "device proc mounted on /proc with fstype proc\n\
        device 127.0.0.1:/ mounted on /mnt/msg with fstype nfs4 statvers=1.1\n\topts:\trw,vers=4.1\n\tage:\t12\n\
        \tper-op statistics\n\t        NULL: 1 1 0 44 24 0 0 0 0\n\t OPEN_NOATTR: 400 400 0 9 9 1 2 3 0\n\t       CLOSE: 400 400 0 9 9 1 2 3 0\n\
        device 127.0.0.1:/ mounted on /mnt/uploads with fstype nfs4 statvers=1.1\n\tper-op statistics\n\t READ: 7 7 0 1 1 1 1 1 0\n";

    #[test]
    fn the_requests_of_the_mount_are_counted_and_of_no_other() {
        assert_eq!(requests(STATS.as_bytes(), Path::new("/mnt/msg")), Some(801));
        assert_eq!(requests(STATS.as_bytes(), Path::new("/mnt/uploads")), Some(7));
        assert_eq!(requests(STATS.as_bytes(), Path::new("/mnt")), None);
        assert_eq!(requests(b"device x mounted on /mnt with fstype nfs4\n", Path::new("/mnt")), None);
        let huge =
            "device x mounted on /m with fstype nfs\nper-op statistics\n A: 18446744073709551615 1\n B: 5\n C: x\n D\n";
        assert_eq!(requests(huge.as_bytes(), Path::new("/m")), Some(u64::MAX));
    }

    #[test]
    fn looks_cost_what_was_measured_on_nfs() {
        let browser = RequestRate::of_looks(20, 1, Duration::from_secs(5));
        assert_eq!((browser.per_second, RequestRate::at(Duration::from_millis(250))), (16.625, 16.625));
        assert_eq!(RequestRate::at(Duration::from_secs(2)), 2.625);
    }
}
