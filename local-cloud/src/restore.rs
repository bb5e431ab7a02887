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
    /// The log in the trash, as `--list` names it [default: the newest].
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
    let Some(file) = arguments.log.or(trash.last().map(|log| log.file)) else {
        bail!("the trash of {} is empty", arguments.volume.display());
    };
    let restored = writer.restore(file, Instant::now() + PATIENCE)?;
    let (messages, total) = (restored.messages, restored.total);
    terminal::say(&format!("{messages} messages are back; the wall holds {total}"));
    Ok(ExitCode::SUCCESS)
}

fn line(log: &Trashed) -> String {
    let replaced = jiff::Timestamp::try_from(log.file.datetime()).map(shared_volume::time::to_text).unwrap_or_default();
    format!("{}  {replaced}  {} messages of wall {}", log.file, log.messages, log.wall)
}
