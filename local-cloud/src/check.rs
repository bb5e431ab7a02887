//! `messagewall check`: validates a configuration as the reader does.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use shared_volume::config::Published;
use shared_volume::open::MAX_DOCUMENT_BYTES;

use crate::invoke::input;
use crate::terminal;

/// The file to check.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A `config.json`: a configuration, with or without its envelope; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: String,
}

/// Prints the first thing that is wrong with the configuration, or that nothing is.
///
/// # Errors
/// When the file cannot be read, or the wall would reject it as its `config.json`.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let json = input::read(&arguments.file)?;
    if json.len() as u64 > MAX_DOCUMENT_BYTES {
        bail!(
            "{} is not a valid configuration: is larger than 256 KiB; expected a document of at most 256 KiB",
            arguments.file
        );
    }
    Published::from_json(&json, 0).with_context(|| format!("{} is not a valid configuration", arguments.file))?;
    terminal::say(&format!("{} is a valid configuration", arguments.file));
    Ok(ExitCode::SUCCESS)
}
