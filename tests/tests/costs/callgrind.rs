//! The program that counts.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// The functions of the C library that allocate.
const ALLOCATORS: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];

/// The counts of a process, or of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) instructions: u64,
    pub(crate) allocations: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instructions, {} allocations", self.instructions, self.allocations)
    }
}

/// Returns a command under which a program counts. The counts are in `file` when it has ended.
pub(crate) fn callgrind(file: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet", "--compress-strings=no", "--compress-pos=no"]);
    command.arg(format!("--callgrind-out-file={}", file.display()));
    command
}

impl Counts {
    /// Reads the counts of a process that has ended.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs_err::read_to_string(file)?;
        let instructions = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let instructions = instructions.with_context(|| format!("{} has no totals", file.display()))?.trim().parse()?;
        let (mut allocations, mut called) = (0, "");
        for line in text.lines() {
            if let Some(function) = line.strip_prefix("cfn=") {
                called = function;
            } else if let Some(calls) = line.strip_prefix("calls=").filter(|_| ALLOCATORS.contains(&called)) {
                allocations += calls.split(' ').next().unwrap_or_default().parse::<u64>()?;
            }
        }
        Ok(Self { instructions, allocations })
    }

    /// Returns the counts of one request, from those of two processes, of which `self` has served so many more.
    pub(crate) fn of_each(self, fewer: Self, more: u64) -> Self {
        let each = |of: fn(Self) -> u64| of(self).saturating_sub(of(fewer)) / more;
        Self { instructions: each(|counts| counts.instructions), allocations: each(|counts| counts.allocations) }
    }
}
