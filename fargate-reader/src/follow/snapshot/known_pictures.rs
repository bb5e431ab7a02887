//! The pictures that the log names.

use std::collections::HashSet;

use shared_volume::message::Picture;

/// The pictures of the messages in memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownPictures {
    /// Those of messages that are on the wall, or would be if the configuration kept more.
    pub(crate) used: HashSet<Picture>,
    /// Those of removed messages.
    pub(crate) removed: HashSet<Picture>,
}
