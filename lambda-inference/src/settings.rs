//! The settings: the command line. Each argument is also an environment variable.

use std::path::PathBuf;

/// The command line of the function.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The directory of the models. `current` in it names the model to use.
    #[arg(long, env = "MODELS_DIR", default_value = "/mnt/inference/models", value_name = "DIRECTORY")]
    pub models_dir: PathBuf,
    /// The directory of the pictures that were posted on the wall.
    #[arg(long, env = "UPLOADS_DIR", default_value = "/mnt/inference/uploads", value_name = "DIRECTORY")]
    pub uploads_dir: PathBuf,
}
