//! The paths in a module's text.

/// A path that a module names.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

/// The place of a path in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In `use`, visible to this module and its children only.
    Use,
    /// In `use ...::*`.
    Glob,
    /// In `pub use`, of any visibility.
    ReExport,
    /// Anywhere else.
    Path,
}
