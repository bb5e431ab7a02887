//! Many points at which something goes wrong, and those that were not survived.

use anyhow::{Result, ensure};

/// The points that a test has tried.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    points: usize,
    failed: Vec<String>,
}

impl Tried {
    /// Takes note of how one point went, which `name` names.
    pub(crate) fn point(&mut self, result: Result<()>, name: impl FnOnce() -> String) {
        self.points += 1;
        // The context of an error, without where it arose.
        self.failed.extend(result.err().map(|error| format!("{}: {error:#}", name())));
    }

    /// Fails if a point has failed, or if there were suspiciously few.
    pub(crate) fn result(self) -> Result<()> {
        ensure!(self.points > 10, "only {} points were found", self.points);
        let failed = self.failed.len();
        ensure!(failed == 0, "{failed} of {} points failed:\n{}", self.points, self.failed.join("\n"));
        Ok(())
    }
}
