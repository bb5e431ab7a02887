//! The heartbeat: what the watcher's thread is doing, told without touching the mount.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Written by the watcher's thread around every question to the file system, read by anybody.
#[derive(Debug, Default)]
pub(crate) struct Heart(Mutex<Beat>);

#[derive(Debug, Default)]
struct Beat {
    /// Set while the kernel has a question of ours and has not answered.
    asked: Option<Instant>,
    last_tick: Option<Instant>,
    ticks: u64,
    /// The longest that one question took since this was last asked for.
    longest: Duration,
}

impl Heart {
    /// Puts one question to the file system; while it is unanswered, [`Heart::silent_for`] grows.
    pub(crate) fn ask<T>(&self, question: impl FnOnce() -> T) -> T {
        let asked = Instant::now();
        self.beat().asked = Some(asked);
        let answer = question();
        let mut beat = self.beat();
        beat.asked = None;
        beat.longest = beat.longest.max(asked.elapsed());
        answer
    }

    pub(crate) fn tick(&self) {
        let mut beat = self.beat();
        beat.last_tick = Some(Instant::now());
        beat.ticks += 1;
    }

    pub(crate) fn silent_for(&self) -> Duration {
        self.beat().asked.map_or(Duration::ZERO, |asked| asked.elapsed())
    }

    pub(crate) fn last_tick(&self) -> Option<Instant> {
        self.beat().last_tick
    }

    pub(crate) fn ticks(&self) -> u64 {
        self.beat().ticks
    }

    pub(crate) fn take_longest_silence(&self) -> Duration {
        std::mem::take(&mut self.beat().longest)
    }

    fn beat(&self) -> MutexGuard<'_, Beat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
