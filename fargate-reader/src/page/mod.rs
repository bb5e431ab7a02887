//! The page: what a person sees. Everything here is a pure function of what the reader knows.
//!
//! The page is rendered here and nowhere else. What changes in an open page is a fragment from here as well: an element
//! whose id is on the page replaces the one that is there, and a list item that is new goes into the list. So the
//! script knows nothing about messages, and the page without it is the same page.
//!
//! - [`wall()`]: the whole page; `around` is what stands around the messages: notices and figures.
//! - [`messages_page`]: the list, made of [`message()`] and, between them, [`config_change`].
//! - [`config_fragments`], [`status_fragments`]: what changes on the page with the configuration and with the reader.
//! - `colour`: the accent, readable; `text`: links in what people wrote; `moment`: points in time for people.
//! - [`assets()`]: the stylesheet, the script, the icon.

mod wall;

mod around;
mod fragments;

mod change;
mod list;
mod message;

mod assets;
mod colour;
mod moment;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use assets::assets;
pub(crate) use change::config_change;
pub(crate) use colour::accent_css;
pub(crate) use fragments::{config_fragments, status_fragments};
pub(crate) use list::messages_page;
pub(crate) use message::message;
pub(crate) use wall::{FormState, PostingState, Refused, WallPage, not_found, wall};
