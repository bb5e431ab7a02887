//! The times from a publication to its effect.

use std::time::{Duration, Instant};

use support::wait_until;

/// The times of one program.
pub(crate) struct Times {
    program: &'static str,
    times: Vec<Duration>,
}

impl Times {
    pub(crate) fn of(program: &'static str) -> Self {
        Self { program, times: Vec::new() }
    }

    /// Waits for the effect of a publication that is complete now.
    pub(crate) fn until(&mut self, what: &str, holds: impl FnMut() -> bool) {
        let began = Instant::now();
        wait_until(what, holds);
        self.times.push(began.elapsed());
    }
}

impl Drop for Times {
    #[expect(clippy::print_stdout, reason = "the tests exist for their figures, too")]
    fn drop(&mut self) {
        self.times.sort();
        let at = |percent: usize| self.times.get((self.times.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        let [middle, high] = [50, 99].map(|percent| at(percent).unwrap_or_default().as_millis());
        println!("{}: {} publications, p50 {middle} ms, p99 {high} ms", self.program, self.times.len());
    }
}
