//! The sender of a command.

use serde::{Deserialize, Serialize};

/// The sender of a command. Event ids of different senders never match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The reader's page, for a browser.
    Page,
}
