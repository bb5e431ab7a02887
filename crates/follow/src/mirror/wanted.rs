//! Looks that are wanted.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::settings::Mirror;
use crate::source::{Known, Order};

/// A look that is wanted. A later one replaces an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// Nothing may have changed.
    Regular,
    /// Something may have changed, and may still be changing.
    Hinted,
    /// A change was announced as complete.
    Announced,
}

/// Returns the order to copy the source.
pub(super) fn order(mirror: &Mirror, staged: PathBuf, base: Option<(PathBuf, Arc<Known>)>, wanted: Wanted) -> Order {
    Order {
        from: mirror.from.clone(),
        mount: mirror.require_mount.clone(),
        staged,
        base,
        document: mirror.document,
        bounds: mirror.bounds,
        modes: mirror.modes,
        settle: if wanted == Wanted::Announced { Duration::ZERO } else { mirror.settle },
    }
}
