//! Paths in settings.

use std::path::{Component, PathBuf};

/// Returns a path that a setting must contain.
pub(super) fn absolute(name: &str, path: Option<PathBuf>) -> Result<PathBuf, String> {
    let path = path.filter(|path| !path.as_os_str().is_empty()).ok_or_else(|| format!("--{name} is missing"))?;
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(format!("--{name}: {}: write it without ..", path.display()));
    }
    std::path::absolute(&path).map_err(|error| format!("--{name}: {}: {error}", path.display()))
}
