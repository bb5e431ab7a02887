//! Rests between changes.

use std::thread;
use std::time::Duration;

/// The rest after a change, as a multiple of the time that it took to read and publish it.
const MULTIPLE: u32 = 4;

/// The longest rest. A change that happens meanwhile is seen so much later.
const LONGEST: Duration = Duration::from_millis(2);

/// The rest after a change. Of many changes in a row several are read at once, so that they do not occupy a processor: what is
/// published takes the longer, the more messages there are.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// True if a change was published since the last rest.
    pub(super) is_due: bool,
}

impl Rest {
    /// Rests if a change was published, which took this time.
    pub(super) fn after(&mut self, worked: Duration) {
        if std::mem::take(&mut self.is_due) {
            thread::sleep(LONGEST.min(MULTIPLE * worked));
        }
    }
}
