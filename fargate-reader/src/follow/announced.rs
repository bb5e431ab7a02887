//! Announcements: writers tell this reader what they have written, so that it need not ask the volume so often.

use std::time::{Duration, Instant};

/// The time in which the announcement of a change must come that the watcher has seen first.
const GRACE: Duration = Duration::from_secs(1);

/// The time for which every change must have been announced before the reader relies on it.
const PROBATION: Duration = Duration::from_secs(120);

/// The changes and the looks of the last minutes.
#[derive(Debug)]
pub(super) struct Announced {
    /// The last look that a writer or a request asked for.
    looked_at: Option<Instant>,
    /// The last change that was not announced, or the start.
    unannounced_at: Instant,
    /// The first change of which the announcement may still come.
    pending: Option<Instant>,
}

impl Announced {
    /// Creates the state of a reader that starts at `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self { looked_at: None, unannounced_at: now, pending: None }
    }

    /// Records a look.
    pub(super) fn looked(&mut self, now: Instant) {
        self.settle(now);
        (self.looked_at, self.pending) = (Some(now), None);
    }

    /// Records a change that a scan has found.
    pub(super) fn changed(&mut self, now: Instant) {
        self.settle(now);
        let is_announced = self.looked_at.is_some_and(|at| now.saturating_duration_since(at) < GRACE);
        if !is_announced && self.pending.is_none() {
            self.pending = Some(now);
        }
    }

    /// Returns true if there was an announcement, and no change without one for two minutes.
    pub(super) fn is_reliable(&mut self, now: Instant) -> bool {
        self.settle(now);
        let is_recent = |at: Instant| now.saturating_duration_since(at) < PROBATION;
        self.pending.is_none() && self.looked_at.is_some() && !is_recent(self.unannounced_at)
    }

    fn settle(&mut self, now: Instant) {
        if let Some(at) = self.pending.take_if(|at| now.saturating_duration_since(*at) >= GRACE) {
            self.unannounced_at = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_reader_relies_on_announcements_after_two_minutes_without_an_unannounced_change() {
        let start = Instant::now();
        let mut announced = Announced::new(start);
        assert!(!announced.is_reliable(start + seconds(200)), "nobody announces anything");
        announced.looked(start + seconds(201));
        announced.changed(start + seconds(201));
        assert!(announced.is_reliable(start + seconds(202)));
    }

    #[test]
    fn a_change_without_an_announcement_ends_the_reliance_at_once() {
        let start = Instant::now();
        let mut announced = Announced::new(start);
        announced.looked(start + seconds(150));
        assert!(announced.is_reliable(start + seconds(151)));
        announced.changed(start + seconds(160));
        assert!(!announced.is_reliable(start + seconds(160)));
        assert!(!announced.is_reliable(start + seconds(162)));
        announced.looked(start + seconds(163));
        assert!(!announced.is_reliable(start + seconds(270)));
        assert!(announced.is_reliable(start + seconds(290)));
    }

    #[test]
    fn the_watcher_may_be_a_moment_faster_than_the_announcement() {
        let start = Instant::now();
        let mut announced = Announced::new(start);
        announced.looked(start + seconds(150));
        announced.changed(start + seconds(160));
        announced.looked(start + seconds(160) + Duration::from_millis(20));
        assert!(announced.is_reliable(start + seconds(162)));
    }
}
