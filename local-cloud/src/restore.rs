//! `messagewall restore`: restores the messages that a clear or a compaction moved to the trash.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use shared_volume::Volume;
use shared_volume::wall::{Trashed, WallWriter};
use ulid::Ulid;

use crate::{defaults, terminal};

/// The longest time to wait for the lock.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// The arguments of `messagewall restore`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory that stands for the volume.
    #[arg(long, env = "MESSAGEWALL_VOLUME", default_value = defaults::VOLUME, value_name = "DIR")]
    volume: PathBuf,
    /// Lists the logs in the trash, oldest first, and restores nothing.
    #[arg(long, conflicts_with = "log")]
    list: bool,
    /// A log in the trash, as `--list` names it [default: the newest with a message that is not on the wall].
    #[arg(value_name = "LOG")]
    log: Option<Ulid>,
}

/// Inserts the messages of a log in the trash before the messages of the wall, or lists the trash.
///
/// # Errors
/// Returns an error if the trash holds no message that is not on the wall, the wall would hold more messages than it
/// keeps, or the volume fails.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut writer = WallWriter::new(Volume::new(&arguments.volume).wall(None));
    let trash = writer.trash().context("the trash cannot be read")?;
    if arguments.list {
        trash.iter().for_each(|log| terminal::print(&line(log)));
        return Ok(ExitCode::SUCCESS);
    }
    let candidates: Vec<Ulid> = match arguments.log {
        Some(log) => vec![log],
        None => trash.iter().rev().map(|log| log.file).collect(),
    };
    for log in candidates {
        let restored = writer.restore(log, Instant::now() + LOCK_WAIT)?;
        // Zero: all messages of this log are on the wall.
        if restored.messages > 0 {
            terminal::print(&format!("{} messages are back; the wall holds {}", restored.messages, restored.total));
            return Ok(ExitCode::SUCCESS);
        }
    }
    bail!("the trash of {} holds no message that is not on the wall", arguments.volume.display());
}

fn line(log: &Trashed) -> String {
    let replaced = jiff::Timestamp::try_from(log.file.datetime()).map(shared_volume::time::to_text).unwrap_or_default();
    format!("{}  {replaced}  {} messages of wall {}", log.file, log.messages, log.wall)
}
