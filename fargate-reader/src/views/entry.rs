//! The HTML of one entry of the list: a message, or a change of the configuration.

mod change;
mod journey;
mod label;
mod message;
mod picture;
mod text;

pub(super) use self::change::config_change;
pub(super) use self::journey::{Journey, Times};
pub(super) use self::label::label;
pub(super) use self::message::message;
pub(super) use self::text::printable;
