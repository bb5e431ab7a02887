//! Placeholder.

mod snapshot;
