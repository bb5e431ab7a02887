//! `messagewall check`: validates a configuration as the reader does.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use shared_volume::config::Published;
use shared_volume::open::MAX_DOCUMENT_BYTES;

use crate::{input, terminal};

/// The arguments of `messagewall check`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A configuration such as `config.json`, with or without its envelope; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: String,
}

/// Prints that the configuration is valid, or returns the first fault.
///
/// # Errors
/// Returns an error if the file cannot be read, or the reader would reject it as `config.json`.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let file = &arguments.file;
    let json = input::read(file)?;
    let (length, max) = (json.len() as u64, MAX_DOCUMENT_BYTES);
    if length > max {
        let max = max / 1024;
        bail!(
            "{file} is not a valid configuration: is larger than {max} KiB; expected a document of at most {max} KiB"
        );
    }
    Published::from_json(&json, 0).with_context(|| format!("{file} is not a valid configuration"))?;
    terminal::print(&format!("{file} is a valid configuration"));
    Ok(ExitCode::SUCCESS)
}
