//! The points at which a fault was injected, and the failed ones.

use anyhow::{Result, ensure};

/// The points that a test has tried.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    points: usize,
    failed: Vec<String>,
}

impl Tried {
    /// Records the result at one point, with the name that `name` returns.
    pub(crate) fn point(&mut self, result: Result<()>, name: impl FnOnce() -> String) {
        self.points += 1;
        // The alternate form prints the causes of the error and no backtrace.
        self.failed.extend(result.err().map(|error| format!("{}: {error:#}", name())));
    }

    /// Returns an error if a point has failed, or if there were too few points.
    pub(crate) fn result(self) -> Result<()> {
        ensure!(self.points > 10, "only {} points were found", self.points);
        let failed = self.failed.len();
        ensure!(failed == 0, "{failed} of {} points failed:\n{}", self.points, self.failed.join("\n"));
        Ok(())
    }
}
