//! The handlers. None of them touches the volume of the wall; pictures are stored and read on threads of their own.

pub(super) mod admin;
pub(super) mod assets;
pub(super) mod config;
pub(super) mod configuring;
pub(super) mod events;
pub(super) mod health;
pub(super) mod history;
pub(super) mod look;
pub(super) mod messages;
pub(super) mod metrics;
pub(super) mod moderation;
pub(super) mod page;
pub(super) mod pictures;
pub(super) mod posting;
pub(super) mod signing;
pub(super) mod status;
pub(super) mod uploading;

mod body;
mod caching;
mod key;
mod multipart;
mod parameters;

#[cfg(test)]
pub(crate) use self::multipart::BODY_TIMEOUT as UPLOAD_TIMEOUT;
