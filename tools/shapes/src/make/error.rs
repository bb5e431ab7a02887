//! The error of a model that cannot be made.

use std::path::PathBuf;

use crate::preprocess::PreprocessError;

/// The error of a model that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The name cannot be that of a directory beside `current`.
    #[error(
        "the name {0:?} cannot be that of a model: use letters, digits, `-`, `_` and `.`, not first, and not `current`"
    )]
    Name(String),
    /// A model with this name exists.
    #[error("the model `{}` exists already; choose another name, or replace it with --replace", .0.display())]
    Exists(PathBuf),
    /// Two labels are the same, or one is empty.
    #[error("the label {0:?} is empty or there twice")]
    Label(String),
    /// The file system failed. The message names the operation and the path.
    #[error(transparent)]
    Files(#[from] std::io::Error),
    /// A drawn picture could not be preprocessed.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
}
