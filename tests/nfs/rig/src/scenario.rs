//! The scenarios, by name, and how long they run.

mod idle;
mod silence;
mod watchers;

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
}

impl Scale {
    pub(crate) const SHORT: Self =
        Self { writes: 30, stragglers: Duration::from_secs(5), cut: Duration::from_secs(12) };
    pub(crate) const FULL: Self =
        Self { writes: 200, stragglers: Duration::from_secs(75), cut: Duration::from_secs(30) };
}

pub(crate) fn run(name: &str, scale: Scale, report: &mut Report) -> Result<()> {
    match name {
        "watchers" => watchers::run(scale, report),
        "idle" => idle::run(report),
        "silence" => silence::run(scale, report),
        _ => bail!("there is no scenario {name}"),
    }
}
