//! Makes a model directory.

mod error;
mod files;
mod manifest;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fs_err as fs;

pub use self::error::MakeError;
use crate::onnx;
use crate::shape::Shape;
use crate::train::{accuracy, fresh, train};

/// The number of fresh pictures that the network is tried on, and their size.
const TRIED: usize = 300;
const TRIED_SIZE: (u32, u32) = (320, 240);

/// Settings of [`make`].
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed of the training. Another seed gives another network.
    pub seed: u64,
    /// The names of the shapes, in the order of [`Shape::ALL`].
    pub labels: [String; Shape::ALL.len()],
    /// Replaces a model with the same name. Otherwise it is an error.
    pub replace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, labels: Shape::ALL.map(|shape| shape.name().to_owned()), replace: false }
    }
}

/// A model that was made.
#[derive(Debug, Clone)]
pub struct Report {
    /// The directory of the model.
    pub directory: PathBuf,
    /// The share of fresh pictures, from 0 to 1, whose shape the network finds.
    pub accuracy: f64,
    /// The time that the training took.
    pub trained: Duration,
}

/// Trains a network, writes it to the directory `name` in `models`, and makes `current` point to it.
///
/// The directory appears complete and durable. `models` is created if it is missing.
///
/// # Errors
/// Returns an error if the name or a label is invalid, if a model with this name exists and is not to be replaced, or if
/// the files cannot be written.
pub fn make(models: &Path, name: &str, options: &Options) -> Result<Report, MakeError> {
    check_name(name)?;
    check_labels(&options.labels)?;
    let directory = models.join(name);
    if !options.replace && directory.symlink_metadata().is_ok() {
        return Err(MakeError::Exists(directory));
    }
    fs::create_dir_all(models)?;
    let begin = Instant::now();
    let network = train(options.seed)?;
    let trained = begin.elapsed();
    let (width, height) = TRIED_SIZE;
    let accuracy = accuracy(&network, fresh(options.seed, TRIED, width, height))?;
    let onnx = onnx::write(&network);
    let source = format!("made by `shapes make` with seed {}; Apache-2.0", options.seed);
    let manifest = manifest::json(&onnx, &options.labels, &source);
    let staged = files::staged(models, name, &[(manifest::ONNX_FILE, &onnx), (manifest::FILE, manifest.as_bytes())])?;
    files::publish(staged, &directory, options.replace)?;
    files::point_to(models, name)?;
    Ok(Report { directory, accuracy, trained })
}

fn check_name(name: &str) -> Result<(), MakeError> {
    let is_allowed = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let is_valid = !name.is_empty() && !name.starts_with('.') && name != "current" && name.chars().all(is_allowed);
    if is_valid { Ok(()) } else { Err(MakeError::Name(name.to_owned())) }
}

fn check_labels(labels: &[String]) -> Result<(), MakeError> {
    let is_bad = |(number, label): &(usize, &String)| label.trim().is_empty() || labels[..*number].contains(label);
    match labels.iter().enumerate().find(is_bad) {
        None => Ok(()),
        Some((_, label)) => Err(MakeError::Label(label.clone())),
    }
}
