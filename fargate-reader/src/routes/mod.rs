//! The handlers. None of them touches the volume.

pub(crate) mod admin;
pub(crate) mod assets;
mod body;
pub(crate) mod config;
pub(crate) mod events;
pub(crate) mod health;
mod key;
pub(crate) mod messages;
pub(crate) mod page;
mod parameters;
pub(crate) mod posting;
