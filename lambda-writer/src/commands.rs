//! The commands: one typed function for each, for all sources of events.

mod clear;
mod configure;
mod post;
mod read;
mod remove;
mod view;

pub(crate) use self::clear::clear;
pub(crate) use self::configure::{ConfigChange, configure};
pub(crate) use self::post::post;
pub(crate) use self::read::{json_bytes, read};
pub(crate) use self::remove::remove;
