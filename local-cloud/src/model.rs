//! `messagewall model`: makes a small model that names shapes, and the one in use of the volume.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use shapes::make::{MakeError, Options, make};

use crate::{defaults, terminal, volume};

/// The name in the directory of the models that leads to the model in use: a symbolic link, or a file with its name.
const CURRENT: &str = "current";

/// The arguments of `messagewall model`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory that stands for the volume. It is created if it is missing.
    #[arg(long, env = "MESSAGEWALL_VOLUME", default_value = defaults::VOLUME, value_name = "DIR")]
    volume: PathBuf,
    /// The name of the model.
    #[arg(long, default_value = "shapes", value_name = "NAME")]
    name: String,
    /// Replaces a model with the same name.
    #[arg(long)]
    replace: bool,
}

/// Makes the model, and prints its directory and the share of pictures that it names correctly.
///
/// # Errors
/// Returns an error if the name is invalid, a model with this name exists and is not to be replaced, or the volume fails.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let volume = volume::make(&arguments.volume).context("--volume")?;
    let options = Options { replace: arguments.replace, ..Options::default() };
    let report = make(&volume.join(defaults::MODELS), &arguments.name, &options)?;
    terminal::print(&format!(
        "{}: trained in {:.1} s; names {:.1} % of fresh pictures correctly; it is the model in use now",
        report.directory.display(),
        report.trained.as_secs_f64(),
        100.0 * report.accuracy,
    ));
    Ok(ExitCode::SUCCESS)
}

/// Returns true for an error of the command line.
pub(crate) fn is_usage(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(MakeError::Name(_)))
}

/// Returns true if the volume has a model in use.
pub(crate) fn exists(volume: &Path) -> bool {
    volume.join(defaults::MODELS).join(CURRENT).symlink_metadata().is_ok()
}
