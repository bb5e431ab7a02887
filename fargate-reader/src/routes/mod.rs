//! The handlers. None of them touches the volume.

pub(crate) mod admin;
pub(crate) mod assets;
mod body;
pub(crate) mod config;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod messages;
pub(crate) mod page;
pub(crate) mod posting;
