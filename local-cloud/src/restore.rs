//! `messagewall restore`: puts back what a clear or a compaction took off the wall.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use shared_volume::Volume;
use shared_volume::wall::{Trashed, WallWriter};
use ulid::Ulid;

use crate::terminal;

/// How long to wait for other writers.
const PATIENCE: Duration = Duration::from_secs(10);

/// The log to restore.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory that functions and container share.
    #[arg(long, env = "MESSAGEWALL_VOLUME", default_value = ".messagewall", value_name = "DIR")]
    volume: PathBuf,
    /// Only lists the logs in the trash, oldest first.
    #[arg(long, conflicts_with = "log")]
    list: bool,
    /// The log in the trash, as `--list` names it [default: the newest that holds something that is not on the wall].
    #[arg(value_name = "LOG")]
    log: Option<Ulid>,
}

/// Puts the messages of a log in the trash back onto the wall, before those that are there, or lists the trash.
///
/// # Errors
/// When the trash is empty, the wall would hold more messages than it keeps, or the volume fails.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut writer = WallWriter::new(Volume::new(&arguments.volume).wall(None));
    let trash = writer.trash().context("the trash cannot be read")?;
    if arguments.list {
        trash.iter().for_each(|log| terminal::say(&line(log)));
        return Ok(ExitCode::SUCCESS);
    }
    // Of the newest logs, those that hold nothing more than the wall are passed over.
    let chosen: Vec<Ulid> = match arguments.log {
        Some(log) => vec![log],
        None => trash.iter().rev().map(|log| log.file).collect(),
    };
    for log in chosen {
        let restored = writer.restore(log, Instant::now() + PATIENCE)?;
        if restored.messages > 0 {
            terminal::say(&format!("{} messages are back; the wall holds {}", restored.messages, restored.total));
            return Ok(ExitCode::SUCCESS);
        }
    }
    bail!("the trash of {} holds no message that is not on the wall", arguments.volume.display());
}

fn line(log: &Trashed) -> String {
    let replaced = jiff::Timestamp::try_from(log.file.datetime()).map(shared_volume::time::to_text).unwrap_or_default();
    format!("{}  {replaced}  {} messages of wall {}", log.file, log.messages, log.wall)
}
