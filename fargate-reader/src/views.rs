//! The ways in which a snapshot is shown: HTML, JSON and server-sent events.
//!
//! Everything here is computed from a snapshot, and large parts are encoded once for all clients. This floor knows no
//! request.
//!
//! - [`Views`] keeps the newest [`View`]: a snapshot and everything that was encoded of it.
//! - [`page`]: the page and its fragments. `entry`: the HTML of one entry of the list.
//! - [`json`]: the JSON that clients may rely on. [`frames`]: the events of the stream.
//! - [`history`]: the entries of the history. `cause`: the cause of a change, in words. `refused`: the refused
//!   events that belong into it.
//! - [`Features`]: the parts of the wall that the settings turn on. `colour`, `moment`, `assets`: parts of the page.
//! - [`Piece`], `text`, `html`: bytes that all clients share, `gzip`: in a compressed form. `messages`: the newest messages,
//!   as [`MessagesText`](messages_text::MessagesText).
//!   [`WallText`]: the page. `kept`: what was made is not made again.

pub(crate) mod assets;
pub(crate) mod frames;
pub(crate) mod history;
pub(crate) mod json;
pub(crate) mod page;

mod cause;
mod colour;
mod entry;
mod features;
mod gzip;
mod html;
mod kept;
mod messages;
mod messages_text;
mod moment;
pub(crate) mod paths;
mod picture;
mod piece;
mod posting;
mod refused;
mod text;
mod view;
mod wall_text;

pub(crate) use self::colour::accent_css;
pub(crate) use self::features::Features;
pub(crate) use self::gzip::{Checksum, HEADER};
pub(crate) use self::messages::etag;
pub(crate) use self::piece::Piece;
pub(crate) use self::posting::PostingState;
pub(crate) use self::refused::of_configuration;
pub(crate) use self::text::Encoding;
pub(crate) use self::view::{View, Views};
pub(crate) use self::wall_text::WallText;
