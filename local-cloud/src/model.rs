//! The models on the volume.

use std::path::Path;

use crate::defaults::MODELS;

/// The name in the directory of the models that leads to the model in use: a symbolic link, or a file with its name.
const CURRENT: &str = "current";

/// Returns true if the volume has a model in use.
pub(crate) fn exists(volume: &Path) -> bool {
    volume.join(MODELS).join(CURRENT).symlink_metadata().is_ok()
}
