//! The effect of a new generation.

use std::path::PathBuf;

/// A generation that was just put in place.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// The names in the target that the program sees.
    pub(crate) names: Vec<PathBuf>,
    /// The replaced generations that are kept. A program that watches a file watches it in one of them.
    pub(crate) old: Vec<PathBuf>,
}
