//! The command line.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::draw::poster;
use crate::jpeg;
use crate::make::{MakeError, Options, make};
use crate::shape::Shape;

/// Makes a small model that names shapes, and pictures to try it.
#[derive(Debug, Parser)]
#[command(name = "shapes", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Trains a model in a few seconds and makes it the current one.
    Make(MakeArguments),
    /// Draws JPEG pictures of each shape, 1200 pixels wide and 900 high, and prints their names.
    Draw {
        /// The directory of the pictures. It is created if it is missing.
        directory: PathBuf,
        /// The number of pictures of each shape.
        #[arg(long, default_value_t = 1)]
        count: u64,
    },
}

#[derive(Debug, Args)]
struct MakeArguments {
    /// The directory of the models. It is created if it is missing.
    models: PathBuf,
    /// The name of the model.
    #[arg(long, default_value = "shapes")]
    name: String,
    /// The seed of the training. Another seed gives another model.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Six names for circle, square, triangle, star, heart and cross, separated by commas.
    #[arg(long, value_parser = labels)]
    labels: Option<[String; Shape::ALL.len()]>,
    /// Replaces a model with the same name.
    #[arg(long)]
    replace: bool,
}

/// Parses the command line and runs the command.
///
/// The exit code is 64 if the command line is wrong, 1 after any other error, and 0 otherwise.
#[must_use]
pub fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(Cli { command: Command::Make(arguments) }) => run_make(arguments),
        Ok(Cli { command: Command::Draw { directory, count } }) => run_draw(&directory, count),
        Err(error) => {
            // A closed terminal leaves no other place to print to.
            drop(error.print());
            return if error.use_stderr() { usage() } else { ExitCode::SUCCESS };
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "shapes: {error:#}"));
            let is_usage = matches!(error.downcast_ref(), Some(MakeError::Name(_) | MakeError::Label(_)));
            if is_usage { usage() } else { ExitCode::FAILURE }
        }
    }
}

fn run_make(arguments: MakeArguments) -> anyhow::Result<()> {
    let MakeArguments { models, name, seed, labels, replace } = arguments;
    let labels = labels.unwrap_or_else(|| Options::default().labels);
    let report = make(&models, &name, &Options { seed, labels, replace })?;
    print(&format!(
        "{}: trained in {:.1} s, names {:.1} % of fresh pictures correctly; it is now the current model",
        report.directory.display(),
        report.trained.as_secs_f64(),
        100.0 * report.accuracy,
    ))
}

fn run_draw(directory: &Path, count: u64) -> anyhow::Result<()> {
    fs_err::create_dir_all(directory)?;
    for number in 1..=count {
        for (place, shape) in (0..).zip(Shape::ALL) {
            let path = directory.join(format!("{}-{number}.jpg", shape.name()));
            let picture = poster(shape, number * Shape::ALL.len() as u64 + place, 1200, 900);
            fs_err::write(&path, jpeg::encode(&picture).with_context(|| path.display().to_string())?)?;
            print(&path.display().to_string())?;
        }
    }
    Ok(())
}

fn labels(text: &str) -> Result<[String; Shape::ALL.len()], String> {
    let labels: Vec<_> = text.split(',').map(|label| label.trim().to_owned()).collect();
    labels.try_into().map_err(|labels: Vec<_>| format!("expected {} labels, found {}", Shape::ALL.len(), labels.len()))
}

/// Writes a line to standard output.
fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}

/// Returns the exit code of a wrong command line: `EX_USAGE` of sysexits.h.
fn usage() -> ExitCode {
    ExitCode::from(64)
}
