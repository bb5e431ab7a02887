//! The commands: one typed function for each, for all sources of events.

mod batch;
mod clear;
mod configure;
mod cycle;
mod file;
mod follow;
mod label;
mod post;
mod read;
mod remove;
mod restore;
mod schema;
mod view;
mod write;

pub(crate) use self::batch::{Answers, Step, batch};
pub(crate) use self::clear::clear;
pub(crate) use self::configure::ConfigChange;
pub(crate) use self::file::file_history;
pub(crate) use self::follow::{Occasion, follow};
pub(crate) use self::label::Labelling;
pub(crate) use self::post::post;
pub(crate) use self::read::{json_bytes, read};
pub(crate) use self::remove::Removal;
pub(crate) use self::schema::is_checking_forever;
pub(crate) use self::write::{Write, Written, write};
