//! The scenarios, by name, and how long they run.

mod append;
mod contention;
mod cost;
mod directory;
mod fence;
mod posting;
mod read_only;
mod replaced;
mod served;
mod silence;
mod trouble;
mod unlocked;

use std::time::Duration;

use anyhow::{Result, bail};

use crate::report::Report;

/// How much is done: enough to know, or enough to publish the figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Writes of each kind.
    pub(crate) writes: usize,
    /// How long the slow watchers are waited for after the last write.
    pub(crate) stragglers: Duration,
    /// How long a wire is cut.
    pub(crate) cut: Duration,
    /// How often a writing client is cut off for longer than its lease.
    pub(crate) cuts: usize,
    /// How long two clients post.
    pub(crate) posting: Duration,
    /// How long four writers contend.
    pub(crate) contention: Duration,
}

impl Scale {
    pub(crate) const SHORT: Self = Self {
        writes: 30,
        stragglers: Duration::from_secs(3),
        cut: Duration::from_secs(12),
        cuts: 2,
        posting: Duration::from_secs(30),
        contention: Duration::from_secs(10),
    };
    pub(crate) const FULL: Self = Self {
        writes: 200,
        stragglers: Duration::from_secs(60),
        cut: Duration::from_secs(30),
        cuts: 8,
        posting: Duration::from_secs(120),
        contention: Duration::from_secs(60),
    };
}

pub(crate) fn run(name: &str, scale: Scale, report: &mut Report) -> Result<()> {
    match name {
        "served" => served::run(scale, report),
        "append" => append::run(report),
        "replaced" => replaced::run(report),
        "cost" => cost::run(report),
        "fence" => fence::run(scale, report),
        "directory" => directory::run(scale, report),
        "silence" => silence::run(scale, report),
        "posting" => posting::run(scale, report),
        "contention" => contention::run(scale, report),
        "trouble" => trouble::run(scale, report),
        "read-only" => read_only::run(report),
        _ => bail!("there is no scenario {name}"),
    }
}
