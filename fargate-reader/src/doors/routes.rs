//! The handlers. None of them touches the volume.

pub(super) mod assets;
pub(super) mod config;
pub(super) mod configuring;
pub(super) mod events;
pub(super) mod health;
pub(super) mod history;
pub(super) mod messages;
pub(super) mod metrics;
pub(super) mod moderation;
pub(super) mod page;
pub(super) mod posting;

mod body;
mod caching;
mod key;
mod parameters;
