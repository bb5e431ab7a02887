//! The parts of the wall that the settings turn on.

/// The parts of the wall that the settings turn on. They are the same as long as the reader runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Features {
    /// Messages may have pictures.
    pub(crate) pictures: bool,
    /// Pictures get labels.
    pub(crate) labels: bool,
    /// Strangers see reasons, refused events and the ids of events.
    pub(crate) details: bool,
}
