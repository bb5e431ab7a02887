//! The record of the generation in place, which outlives the process.

use serde::{Deserialize, Serialize};

/// The state of a target. A missing or damaged one costs nothing but that the program is told once more.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) generation: u64,
    pub(super) digest: String,
    pub(super) told: bool,
    pub(super) source_generation: Option<u64>,
}
