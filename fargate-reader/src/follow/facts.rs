//! Facts about the volume that change slowly: its mount, the sizes of its files, and what following it costs.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use shared_volume::sizes::{Measured, Size};

use super::mount::Mount;
use super::requests::RequestRate;

/// The facts as the thread has found them last. Immutable: each time they are asked for makes others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The mount; `None` if it is not known.
    pub(crate) mount: Option<Arc<Mount>>,
    /// The parts that were measured. A part that is missing here could not be measured, or not yet.
    pub(crate) sizes: Arc<Vec<(Measured, Size)>>,
    /// The time at which the last part was measured.
    pub(crate) measured: Option<Timestamp>,
    /// The requests that the kernel has counted.
    pub(super) counted: Option<RequestRate>,
    /// The time at which the thread has last answered.
    pub(super) told: Option<Instant>,
}

impl Facts {
    /// Returns the size of a part.
    pub(crate) fn size(&self, part: Measured) -> Option<Size> {
        self.sizes.iter().find_map(|(found, size)| (*found == part).then_some(*size))
    }
}
