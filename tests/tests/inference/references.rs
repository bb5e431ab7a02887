//! The files of the references.

use std::path::PathBuf;

use anyhow::{Context, Result};
use pictures::RgbImage;
use serde::de::DeserializeOwned;

/// Returns the path of a file of the references.
pub(crate) fn path(name: &str) -> Result<PathBuf> {
    let directory = std::env::var("MESSAGEWALL_REFERENCES").context("MESSAGEWALL_REFERENCES is not set")?;
    Ok(PathBuf::from(directory).join(name))
}

/// Reads a JSON document.
pub(crate) fn document<T: DeserializeOwned>(name: &str) -> Result<T> {
    serde_json::from_slice(&fs_err::read(path(name)?)?).with_context(|| name.to_owned())
}

/// Decodes a picture.
pub(crate) fn picture(name: &str) -> Result<RgbImage> {
    pictures::decode(&fs_err::read(path(name)?)?).with_context(|| name.to_owned())
}
