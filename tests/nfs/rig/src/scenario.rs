//! The scenarios by name.

mod append;
mod contention;
mod cost;
mod directory;
mod fence;
mod follow;
mod pokes;
mod posting;
mod programs;
mod read_only;
mod replaced;
mod served;
mod silence;
mod trouble;
mod unlocked;

use anyhow::{Result, bail};

use crate::report::Report;
use crate::scale::Scale;

pub(crate) fn run(name: &str, scale: Scale, report: &mut Report) -> Result<()> {
    match name {
        "served" => served::run(scale, report),
        "pokes" => pokes::run(scale, report),
        "append" => append::run(report),
        "replaced" => replaced::run(report),
        "cost" => cost::run(report),
        "fence" => fence::run(scale, report),
        "follow" => follow::run(scale, report),
        "programs" => programs::run(scale, report),
        "directory" => directory::run(scale, report),
        "silence" => silence::run(scale, report),
        "posting" => posting::run(scale, report),
        "contention" => contention::run(scale, report),
        "trouble" => trouble::run(scale, report),
        "read-only" => read_only::run(report),
        _ => bail!("there is no scenario {name}"),
    }
}
