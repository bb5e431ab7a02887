//! Measures the volume when somebody asks for it, at a slow pace: each file is a round trip on a network mount.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared_volume::sizes::{Measured, Measuring, Size};
use shared_volume::{WallDir, time};

use super::facts::Facts;
use super::mount::Mount;
use super::requests::Counters;

/// The time for which sizes are not measured again.
const SIZES_AGE: Duration = Duration::from_secs(60);

/// The time for which sizes are not measured again although something has changed.
const CHANGED_AGE: Duration = Duration::from_secs(5);

/// The number of files that are measured before the thread looks if it has anything else to do.
const STEP: usize = 8;

/// The measurements of the volume.
#[derive(Debug)]
pub(super) struct Measurer {
    wall: WallDir,
    facts: Facts,
    counters: Counters,
    measured_at: Option<Instant>,
    /// The number of snapshots that were published until then.
    measured: u64,
    /// The parts that are not measured yet, and the one that is being measured.
    waiting: VecDeque<Measured>,
    running: Option<(Measured, Measuring)>,
    sizes: Vec<(Measured, Size)>,
}

impl Measurer {
    pub(super) fn new(wall: WallDir) -> Self {
        let (facts, counters, waiting, sizes) = <_>::default();
        Self { wall, facts, counters, measured_at: None, measured: 0, waiting, running: None, sizes }
    }

    /// Begins to measure what is old. `published` is the number of snapshots that were published until now.
    pub(super) fn begin(&mut self, published: u64) {
        let longest = if published == self.measured { SIZES_AGE } else { CHANGED_AGE };
        if self.measured_at.is_none_or(|at| at.elapsed() >= longest) {
            (self.measured_at, self.measured, self.sizes) = (Some(Instant::now()), published, Vec::new());
            (self.waiting, self.running) = (Measured::ALL.into(), None);
            self.facts.mount = self.mount();
            if let Err(error) = self.wall.open() {
                tracing::debug!(%error, "sizes_unknown");
                self.forget();
            }
        }
        let mount = self.facts.mount.as_ref().filter(|mount| mount.is_nfs());
        self.facts.counted = mount.and_then(|mount| self.counters.rate(mount));
    }

    /// Forgets everything: the volume is missing.
    fn forget(&mut self) {
        self.waiting.clear();
        self.facts = Facts { measured: Some(time::now()), ..Facts::default() };
        self.measured_at = None;
    }

    fn mount(&self) -> Option<Arc<Mount>> {
        let dir: &Path = self.wall.path();
        let dir = fs_err::canonicalize(dir).ok().or_else(|| std::path::absolute(dir).ok())?;
        let found = Mount::of(&dir);
        found.inspect_err(|error| tracing::warn!(%error, "mounts_unreadable")).ok().flatten().map(Arc::new)
    }

    /// Returns true if there is something to measure.
    pub(super) fn has_more(&self) -> bool {
        self.running.is_some() || !self.waiting.is_empty()
    }

    /// Measures a little more.
    pub(super) fn advance(&mut self) {
        if let Some((part, measuring)) = &mut self.running {
            match measuring.advance(STEP) {
                Ok(None) => return,
                Ok(Some(size)) => self.sizes.push((*part, size)),
                Err(error) => tracing::debug!(%error, part = part.name(), "size_unknown"),
            }
            self.running = None;
        } else if let Some(part) = self.waiting.pop_front() {
            // What lies there instead is reported by whatever needs it.
            let begun = part.begin(&self.wall);
            let begun = begun.inspect_err(|error| tracing::debug!(%error, part = part.name(), "size_unknown"));
            self.running = begun.ok().map(|measuring| (part, measuring));
        }
        if !self.has_more() {
            self.facts.sizes = Arc::new(std::mem::take(&mut self.sizes));
            self.facts.measured = Some(time::now());
        }
    }

    /// Returns the facts.
    pub(super) fn facts(&self) -> Facts {
        Facts { told: Some(Instant::now()), ..self.facts.clone() }
    }
}
