//! `messagewall check`: is this a valid configuration?

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use shared_volume::config::Config;

use crate::invoke::input;
use crate::terminal;

/// What to check.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: String,
}

/// Prints what is wrong with the configuration, or that nothing is.
///
/// # Errors
/// When the file cannot be read, or is not a valid configuration.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let json = input::read(&arguments.file)?;
    Config::from_json(&json).with_context(|| format!("{} is not a valid configuration", arguments.file))?;
    terminal::say(&format!("{} is a valid configuration", arguments.file));
    Ok(ExitCode::SUCCESS)
}
