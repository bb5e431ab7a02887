//! The page of the history: who or what changed the configuration, when and why, and the form that changes it.
//!
//! - `content`: what the page is made of. `render`: the page itself.
//! - `item`: the line of time. `difference`: what a change has changed.
//! - `form`: the form of a configuration, made of its schema. `conflict`: somebody else has published meanwhile.

mod conflict;
mod content;
mod difference;
mod form;
mod item;
mod render;

pub(crate) use self::conflict::Conflict;
pub(crate) use self::content::{Comparison, HistoryPage, HistoryRole, Submitted};
pub(crate) use self::render::history;
