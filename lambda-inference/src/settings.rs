//! The settings: the command line. Each argument is also an environment variable.

use std::path::PathBuf;

pub use crate::fetch::FetchAllow;

/// The command line of the function.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the models. `current` in it names the model to use.
    #[arg(long, env = "MODELS_DIR", default_value = "/mnt/inference/models", value_name = "DIRECTORY")]
    pub models_dir: PathBuf,
    /// The directory of the pictures that were posted on the wall.
    #[arg(long, env = "UPLOADS_DIR", default_value = "/mnt/inference/uploads", value_name = "DIRECTORY")]
    pub uploads_dir: PathBuf,
    /// The hosts of pictures that are classified by URL, separated by commas: `*` for every public address, a name, `*.name`
    /// for the names below it, or an address with or without a port. Private addresses must be named as addresses; empty
    /// forbids all.
    #[arg(long, env = "FETCH_ALLOW", default_value = "*", value_name = "HOSTS")]
    pub fetch_allow: FetchAllow,
}
