//! Measures a model without Lambda.

use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;

use crate::model::{Model, processors, use_threads};

/// The command line of the measurement.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The directory of the model.
    model: PathBuf,
    /// A picture.
    picture: PathBuf,
    /// The number of warm classifications.
    #[arg(long, default_value_t = 10)]
    count: usize,
    /// The number of threads; all processors by default, as in the function.
    #[arg(long, default_value_t = processors())]
    threads: NonZero<usize>,
}

/// Loads a model, classifies a picture several times, and prints the times in seconds as one line of JSON.
///
/// # Errors
/// Returns an error if the model or the picture cannot be read, or if standard output is closed.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let models = arguments.model.parent().unwrap_or(Path::new("."));
    let name = arguments.model.file_name().and_then(|name| name.to_str()).context("the model has no name")?;
    let bytes = fs_err::read(&arguments.picture)?;
    use_threads(arguments.threads);
    let model = Model::load(models, name)?;
    let (first, answer) = timed(&model, &bytes)?;
    let warm =
        (0..arguments.count).map(|_| Ok(timed(&model, &bytes)?.0.as_secs_f64())).collect::<anyhow::Result<Vec<_>>>()?;
    let line = json!({
        "class": answer,
        "threads": arguments.threads,
        "load_seconds": model.load_time().as_secs_f64(),
        "first_seconds": first.as_secs_f64(),
        "warm_seconds": warm,
        "peak_rss_bytes": peak_memory(),
    });
    writeln!(std::io::stdout(), "{line}").context("standard output")
}

fn timed(model: &Model, bytes: &[u8]) -> anyhow::Result<(Duration, String)> {
    let began = Instant::now();
    let answer = model.classify(&pictures::decode(bytes)?)?;
    let class = answer.top(1).into_iter().map(|class| class.class).collect();
    Ok((began.elapsed(), class))
}

/// Returns the largest memory that this process has used, in bytes; 0 if the kernel does not tell.
fn peak_memory() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}
